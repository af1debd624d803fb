//! The tables of both databases, as both sets of migrations make them.

#![expect(missing_docs, reason = "the columns are explained in the migrations")]
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the macro reads its column types from whole modules"
    )
)]

mod access;
mod candidates;
mod catalogue;
mod engagements;
mod gatherings;
mod groups;
mod knowledge;
mod membership;
mod outbox;
mod parties;
mod polls;
mod reminders;
mod requests;
mod traces;

pub use access::{client_secrets, clients, identities, identity_links, keys, links};
pub use candidates::{candidacies, cohorts, consents, nominations, reviews};
pub use catalogue::{
    municipalities, municipality_successors, programme_contacts, programme_partners,
    programme_versions, programmes, rounds, target_groups, themes,
};
pub use engagements::{
    learning_networks, network_memberships, offers, trajectories, trajectory_blocks,
    trajectory_officials, trajectory_steps,
};
pub use gatherings::{calendars, invitations, meeting_revisions, meetings};
pub use groups::{
    attendances, learning_group_members, learning_groups, meeting_extras, meeting_minutes,
    practice_parties, practices, series,
};
pub use knowledge::{
    knowledge_item_target_groups, knowledge_item_themes, knowledge_items, referrals, spreads,
};
pub use membership::{
    member_practices, member_topics, members, theme_proposals, theme_rounds, theme_votes,
};
pub use outbox::{
    deliveries, delivery_attempts, inbound_mails, queue_pauses, schedule_slots, suppressions,
    workers,
};
pub use parties::{organisations, people, person_roles};
pub use polls::{date_poll_municipalities, date_poll_options, date_poll_votes, date_polls};
pub use reminders::{reminder_plans, reminder_rules};
pub use requests::{
    assessment_facts, assessment_findings, assessment_settlements, assessments, decisions,
    intake_issue_target_groups, intake_issue_themes, intake_issues, intakes,
};
pub use traces::{audit_events, audit_seals, events, idempotency_keys};

diesel::allow_tables_to_appear_in_same_query!(
    keys,
    clients,
    client_secrets,
    identities,
    identity_links,
    links,
    municipalities,
    municipality_successors,
    themes,
    target_groups,
    programmes,
    programme_versions,
    rounds,
    programme_contacts,
    programme_partners,
    organisations,
    people,
    person_roles,
    intakes,
    intake_issues,
    intake_issue_themes,
    intake_issue_target_groups,
    meetings,
    meeting_revisions,
    invitations,
    calendars,
    deliveries,
    delivery_attempts,
    suppressions,
    schedule_slots,
    workers,
    queue_pauses,
    inbound_mails,
    events,
    audit_events,
    audit_seals,
    idempotency_keys,
    assessments,
    assessment_facts,
    assessment_findings,
    assessment_settlements,
    decisions,
    knowledge_items,
    knowledge_item_themes,
    knowledge_item_target_groups,
    referrals,
    spreads,
    offers,
    trajectories,
    trajectory_blocks,
    trajectory_steps,
    trajectory_officials,
    learning_networks,
    network_memberships,
    cohorts,
    candidacies,
    nominations,
    consents,
    reviews,
    members,
    member_topics,
    member_practices,
    theme_rounds,
    theme_proposals,
    theme_votes,
    learning_groups,
    practices,
    practice_parties,
    learning_group_members,
    series,
    meeting_extras,
    attendances,
    meeting_minutes,
    reminder_rules,
    reminder_plans,
    date_polls,
    date_poll_municipalities,
    date_poll_options,
    date_poll_votes,
);
