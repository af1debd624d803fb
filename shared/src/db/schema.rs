//! The tables of both databases, as both sets of migrations make them.

#![expect(missing_docs, reason = "the columns are explained in the migrations")]
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the macro reads its column types from whole modules"
    )
)]

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    keys (id) {
        id -> Uid,
        purpose -> Text,
        algorithm -> Text,
        public_key -> Nullable<Text>,
        sealed -> Binary,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
        removed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    clients (id) {
        id -> Uid,
        version -> BigInt,
        client_id -> Text,
        name -> Text,
        municipality -> Nullable<Text>,
        role -> Text,
        status -> Text,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    client_secrets (id) {
        id -> Uid,
        client -> Uid,
        secret_hash -> Binary,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    municipalities (code) {
        code -> Text,
        version -> BigInt,
        name -> Text,
        province -> Text,
        valid_from -> Nullable<Day>,
        valid_until -> Nullable<Day>,
        source -> Text,
        source_year -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    municipality_successors (code, successor) {
        code -> Text,
        successor -> Text,
        since_on -> Day,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    themes (slug) {
        slug -> Text,
        name_nl -> Text,
        name_en -> Text,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    target_groups (slug) {
        slug -> Text,
        name_nl -> Text,
        name_en -> Text,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programmes (slug) {
        slug -> Text,
        version -> BigInt,
        current_number -> Integer,
        open -> Bool,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_versions (id) {
        id -> Uid,
        programme -> Text,
        number -> Integer,
        origin -> Text,
        content -> Text,
        published_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    rounds (id) {
        id -> Uid,
        version -> BigInt,
        programme -> Text,
        name -> Text,
        opens_on -> Day,
        closes_on -> Day,
        capacity -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    organisations (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        kind -> Text,
        website -> Nullable<Text>,
        shipped_key -> Nullable<Text>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    people (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        language -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        erased_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    person_roles (id) {
        id -> Uid,
        person -> Uid,
        role -> Text,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        valid_from -> Day,
        valid_until -> Nullable<Day>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_contacts (programme, person) {
        programme -> Text,
        person -> Uid,
        position -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_partners (programme, organisation) {
        programme -> Text,
        organisation -> Uid,
        position -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    identities (id) {
        id -> Uid,
        issuer -> Text,
        subject -> Text,
        person -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    identity_links (code_hash) {
        code_hash -> Binary,
        person -> Uid,
        created_at -> Moment,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intakes (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        municipality -> Text,
        programme -> Text,
        programme_number -> Integer,
        round -> Nullable<Uid>,
        open_slot -> Nullable<Uid>,
        client -> Nullable<Text>,
        external_reference -> Nullable<Text>,
        contact_person -> Nullable<Uid>,
        sponsor -> Nullable<Uid>,
        sponsor_role -> Nullable<Text>,
        answers -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        submitted_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
        closed_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issues (id) {
        id -> Uid,
        intake -> Uid,
        position -> Integer,
        title -> Text,
        description -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issue_themes (issue, theme) {
        issue -> Uid,
        theme -> Text,
        intake -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issue_target_groups (issue, target_group) {
        issue -> Uid,
        target_group -> Text,
        intake -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    meetings (id) {
        id -> Uid,
        version -> BigInt,
        ical_uid -> Text,
        revision -> Integer,
        sequence -> Integer,
        status -> Text,
        kind -> Text,
        title -> Text,
        agenda -> Nullable<Text>,
        programme -> Nullable<Text>,
        intake -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        organiser -> Nullable<Uid>,
        local_start -> Text,
        local_end -> Text,
        time_zone -> Text,
        starts_at -> Moment,
        ends_at -> Moment,
        place -> Nullable<Text>,
        online_url -> Nullable<Text>,
        cancelled_reason -> Nullable<Text>,
        revised_at -> Moment,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    invitations (id) {
        id -> Uid,
        version -> BigInt,
        meeting -> Uid,
        person -> Uid,
        required -> Bool,
        chair -> Bool,
        answer -> Text,
        remark -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
        answered_via -> Nullable<Text>,
        invited_at -> Moment,
        removed_at -> Nullable<Moment>,
        last_sequence_sent -> Nullable<Integer>,
        first_message_id -> Nullable<Text>,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    deliveries (id) {
        id -> Uid,
        dedupe_key -> Text,
        kind -> Text,
        payload -> Text,
        recipient -> Nullable<Uid>,
        subject_type -> Text,
        subject_id -> Uid,
        meeting -> Nullable<Uid>,
        invitation -> Nullable<Uid>,
        revision -> Nullable<Integer>,
        sequence -> Nullable<Integer>,
        order_key -> Text,
        priority -> Integer,
        due_at -> Moment,
        expires_at -> Nullable<Moment>,
        state -> Text,
        dropped_reason -> Nullable<Text>,
        attempts -> Integer,
        next_at -> Moment,
        lease_token -> Nullable<Uid>,
        lease_until -> Nullable<Moment>,
        message_id -> Nullable<Text>,
        mime -> Nullable<Binary>,
        smtp_code -> Nullable<Integer>,
        smtp_text -> Nullable<Text>,
        request_id -> Nullable<Text>,
        created_at -> Moment,
        sent_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    delivery_attempts (id) {
        id -> Uid,
        delivery -> Uid,
        started_at -> Moment,
        ended_at -> Moment,
        outcome -> Text,
        phase -> Nullable<Text>,
        smtp_code -> Nullable<Integer>,
        smtp_text -> Nullable<Text>,
        worker -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    suppressions (address_hash) {
        address_hash -> Binary,
        reason -> Text,
        delivery -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    schedule_slots (name, local_slot) {
        name -> Text,
        local_slot -> Text,
        claimed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    workers (id) {
        id -> Uid,
        started_at -> Moment,
        seen_at -> Moment,
        stopped_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    queue_pauses (name) {
        name -> Text,
        reason -> Text,
        since_at -> Moment,
        until_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    links (id) {
        id -> Uid,
        purpose -> Text,
        object_id -> Uid,
        recipient -> Uid,
        key_id -> Uid,
        created_at -> Moment,
        expires_at -> Moment,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    events (id) {
        id -> Uid,
        seq -> Nullable<BigInt>,
        #[sql_name = "type"]
        type_ -> Text,
        subject_type -> Text,
        subject_id -> Uid,
        municipality -> Nullable<Text>,
        from_status -> Nullable<Text>,
        to_status -> Nullable<Text>,
        reason -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Text,
        data -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    audit_events (id) {
        id -> Uid,
        at -> Moment,
        actor_kind -> Text,
        actor_id -> Text,
        action -> Text,
        object_type -> Text,
        object_id -> Nullable<Text>,
        municipality -> Nullable<Text>,
        result -> Text,
        origin -> Nullable<Text>,
        request_id -> Nullable<Text>,
        batch -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    audit_seals (batch) {
        batch -> BigInt,
        rows -> Integer,
        hash -> Binary,
        sealed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    idempotency_keys (caller, operation, key) {
        caller -> Text,
        operation -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> Moment,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    keys,
    clients,
    client_secrets,
    municipalities,
    municipality_successors,
    themes,
    target_groups,
    programmes,
    programme_versions,
    rounds,
    organisations,
    people,
    person_roles,
    programme_contacts,
    programme_partners,
    identities,
    identity_links,
    intakes,
    intake_issues,
    intake_issue_themes,
    intake_issue_target_groups,
    meetings,
    invitations,
    deliveries,
    delivery_attempts,
    suppressions,
    schedule_slots,
    workers,
    queue_pauses,
    links,
    events,
    audit_events,
    audit_seals,
    idempotency_keys,
);
