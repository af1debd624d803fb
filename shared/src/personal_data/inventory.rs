//! Every column that holds text or bytes, and what becomes of it when a person is erased. Whoever
//! adds a column decides here, and blanks it or tells why not.

use std::collections::{BTreeMap, BTreeSet};

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;

use crate::db::DbConn;
use crate::testing::TestDb;

/// Blanked, or gone with its row, wherever it is by or about the person.
const BLANKED: &[(&str, &[&str])] = &[
    (
        "people",
        &["name", "name_key", "email", "email_key", "phone"],
    ),
    ("identities", &["issuer", "subject"]),
    ("identity_links", &["code_hash"]),
    ("links", &["purpose"]),
    ("calendars", &["kind", "programme"]),
    ("programme_contacts", &["programme"]),
    ("candidacies", &["prepared_reason", "closed_reason"]),
    (
        "nominations",
        &[
            "nominator_name",
            "nominator_email",
            "relation",
            "candidate_name",
            "candidate_email",
            "organisation_name",
            "motivation",
            "innovation",
            "impact",
            "giver_name",
            "giver_email",
            "withdrawn_reason",
        ],
    ),
    ("consents", &["answered_by_name", "evidence", "reason"]),
    ("reviews", &["remark"]),
    (
        "members",
        &["availability", "introduction", "status_reason"],
    ),
    ("member_topics", &["kind", "theme", "description"]),
    ("member_practices", &["practice"]),
    ("theme_proposals", &["motivation"]),
    ("offers", &["answered_by_name", "closed_reason"]),
    (
        "invitations",
        &["remark", "dietary_wishes", "accessibility_wishes"],
    ),
    ("date_poll_votes", &["remark"]),
    ("assessment_facts", &["evidence"]),
    ("assessment_findings", &["evidence", "reason"]),
    ("assessment_settlements", &["evidence", "reason"]),
    ("deliveries", &["mime", "smtp_text", "address_hash"]),
    ("delivery_attempts", &["smtp_text"]),
    ("inbound_mails", &["mime"]),
    ("events", &["reason"]),
    ("idempotency_keys", &["body"]),
];

/// Words of ours, ids and hashes; or what belongs to a municipality's case, to the catalogue or
/// to the institute, whoever typed it.
const KEPT: &[(&str, &[&str])] = &[
    ("keys", &["purpose", "algorithm", "public_key", "sealed"]),
    (
        "clients",
        &["client_id", "name", "municipality", "role", "status"],
    ),
    ("client_secrets", &["secret_hash"]),
    ("cohorts", &["name"]),
    (
        "candidacies",
        &["status", "kind", "municipality", "prepared_outcome"],
    ),
    (
        "nominations",
        &[
            "status",
            "channel",
            "client",
            // The nominating system's own number: a second import must find it again.
            "external_reference",
            "language",
            "nominated_by_municipality",
            "candidate_kind",
            "municipality",
            "giver_role",
        ],
    ),
    (
        "consents",
        &[
            "status",
            "municipality",
            "giver_role",
            "wording",
            // That there was consent, and in which role, can still be shown.
            "answered_by_role",
            "answered_via",
        ],
    ),
    (
        "members",
        &[
            "status",
            "kind",
            "municipality",
            "profile_visibility",
            "employer_visibility",
            "expertise_visibility",
            "contact_visibility",
        ],
    ),
    (
        "theme_rounds",
        &[
            "status",
            "name",
            "description",
            "weights",
            "result",
            "cancelled_reason",
        ],
    ),
    ("theme_proposals", &["theme"]),
    ("municipalities", &["code", "name", "province", "source"]),
    ("municipality_successors", &["code", "successor"]),
    ("themes", &["slug", "name_nl", "name_en"]),
    ("target_groups", &["slug", "name_nl", "name_en"]),
    ("programmes", &["slug"]),
    ("programme_versions", &["programme", "origin", "content"]),
    ("programme_partners", &["programme"]),
    ("rounds", &["programme", "name"]),
    ("organisations", &["name", "kind", "website", "shipped_key"]),
    ("people", &["language"]),
    ("person_roles", &["role", "municipality"]),
    (
        "intakes",
        &[
            "status",
            "municipality",
            "programme",
            "client",
            "external_reference",
            "sponsor_role",
            "answers",
            "closed_reason",
        ],
    ),
    ("intake_issues", &["title", "description"]),
    ("intake_issue_themes", &["theme"]),
    ("intake_issue_target_groups", &["target_group"]),
    ("assessments", &["local_situation", "support_needed"]),
    ("assessment_facts", &["kind", "key", "recorded_by"]),
    ("assessment_findings", &["criterion", "value"]),
    (
        "assessment_settlements",
        &["criterion", "value", "settled_by"],
    ),
    // What the institute told a municipality stays what it was told.
    ("decisions", &["outcome", "state", "reason", "prepared_by"]),
    (
        "offers",
        &[
            "status",
            "municipality",
            "programme",
            "introduction",
            "content",
            "sponsor_role",
            "answered_by_role",
        ],
    ),
    (
        "trajectories",
        &[
            "status",
            "programme",
            "municipality",
            "outcome",
            "anchoring",
            "municipality_judgement",
            "municipality_remark",
            "residents_judgement",
            "residents_remark",
            "stopped_reason",
        ],
    ),
    ("trajectory_blocks", &["key"]),
    (
        "trajectory_steps",
        &["key", "name", "form", "method", "status", "note"],
    ),
    (
        "learning_networks",
        &["kind", "name", "description", "theme"],
    ),
    ("network_memberships", &["municipality"]),
    ("learning_groups", &["name", "description", "programme"]),
    ("practices", &["municipality", "name", "issue"]),
    ("practice_parties", &["kind"]),
    ("series", &["name", "description"]),
    ("attendances", &["presence"]),
    // What was said at a meeting, in the words of the institute.
    ("meeting_minutes", &["body"]),
    (
        "meetings",
        &[
            "ical_uid",
            "status",
            "kind",
            "title",
            "agenda",
            "programme",
            "municipality",
            "local_start",
            "local_end",
            "time_zone",
            "place",
            "online_url",
            "cancelled_reason",
            "outcome_note",
            "knowledge_source",
            "learning_practice",
        ],
    ),
    (
        "meeting_revisions",
        &["local_start", "local_end", "time_zone", "place"],
    ),
    (
        "invitations",
        &["answer", "answered_via", "first_message_id"],
    ),
    (
        "reminder_rules",
        &[
            "programme",
            "meeting_kind",
            "kind",
            "local_time",
            "audience",
        ],
    ),
    ("reminder_plans", &["state"]),
    ("date_polls", &["status", "result"]),
    ("date_poll_municipalities", &["municipality"]),
    (
        "date_poll_options",
        &["state", "local_start", "local_end", "time_zone"],
    ),
    // A date was agreed with them; whether it suited stays with it.
    ("date_poll_votes", &["vote", "via"]),
    (
        "knowledge_items",
        &[
            "status",
            "title",
            "summary",
            "url",
            "language",
            "source",
            "learning_practice",
            "programme",
        ],
    ),
    ("knowledge_item_themes", &["theme"]),
    ("knowledge_item_target_groups", &["target_group"]),
    ("referrals", &["note", "referred_by"]),
    ("spreads", &["municipality"]),
    (
        "deliveries",
        &[
            "dedupe_key",
            "kind",
            "payload",
            "subject_type",
            "order_key",
            "state",
            "dropped_reason",
            "message_id",
            "request_id",
            "bounce_status",
        ],
    ),
    ("delivery_attempts", &["outcome", "phase"]),
    // A hash by which a dead address is left alone, whoever names it next.
    ("suppressions", &["address_hash", "reason"]),
    ("schedule_slots", &["name", "local_slot"]),
    ("queue_pauses", &["name", "reason"]),
    ("inbound_mails", &["digest", "outcome", "reason"]),
    (
        "events",
        &[
            "type",
            "subject_type",
            "municipality",
            "from_status",
            "to_status",
            "actor_kind",
            "actor_id",
            "data",
        ],
    ),
    // Append-only, and ids only.
    (
        "audit_events",
        &[
            "actor_kind",
            "actor_id",
            "action",
            "object_type",
            "object_id",
            "municipality",
            "result",
            "origin",
            "request_id",
        ],
    ),
    ("audit_seals", &["hash"]),
    (
        "idempotency_keys",
        &["caller", "operation", "key", "body_hash", "headers"],
    ),
];

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
}

type Columns = BTreeSet<(String, String)>;

fn named(lists: &[(&str, &[&str])]) -> Columns {
    let pairs = lists.iter().flat_map(|(table, columns)| {
        columns
            .iter()
            .map(|column| ((*table).to_owned(), (*column).to_owned()))
    });
    pairs.collect()
}

// security: 78
#[test]
fn every_column_with_text_or_bytes_is_blanked_or_kept_for_a_reason() {
    // PostgreSQL tells ids from bytes; a test of the migrations holds both databases alike.
    let Some(db) = TestDb::postgres() else { return };
    let DbConn::Postgres(mut conn) = db.connect() else {
        return;
    };
    let found: Vec<Column> = diesel::sql_query(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND data_type IN ('text', 'bytea', 'character varying') \
         AND table_name NOT LIKE '\\_\\_%'",
    )
    .load(&mut conn)
    .unwrap_or_default();
    let found: Columns = found
        .into_iter()
        .map(|column| (column.table_name, column.column_name))
        .collect();
    let (blanked, kept) = (named(BLANKED), named(KEPT));
    let both: Vec<_> = blanked.intersection(&kept).collect();
    assert!(both.is_empty(), "in both lists: {both:?}");
    let known: Columns = blanked.union(&kept).cloned().collect();
    let mut faults: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    faults.insert("not in the inventory", found.difference(&known).collect());
    faults.insert("not in the database", known.difference(&found).collect());
    faults.retain(|_, columns| !columns.is_empty());
    assert!(faults.is_empty(), "{faults:#?}");
}

// security: 79
#[test]
fn every_column_that_names_a_person_keeps_them_or_not_for_a_reason() {
    use super::forget::{HOLDERS, OTHERS};
    let Some(db) = TestDb::postgres() else { return };
    let DbConn::Postgres(mut conn) = db.connect() else {
        return;
    };
    let found: Vec<Column> = diesel::sql_query(
        "SELECT c.conrelid::regclass::text AS table_name, a.attname::text AS column_name \
         FROM pg_constraint c JOIN pg_attribute a \
         ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) \
         WHERE c.contype = 'f' AND c.confrelid = 'people'::regclass",
    )
    .load(&mut conn)
    .unwrap_or_default();
    let found: Columns = found
        .into_iter()
        .map(|column| (column.table_name, column.column_name))
        .collect();
    let pair = |(table, column): &(&str, &str)| ((*table).to_owned(), (*column).to_owned());
    let known: Columns = HOLDERS.iter().chain(OTHERS).map(pair).collect();
    assert_eq!(found, known);
}
