//! When invitees are reminded of a meeting.
//!
//! A rule holds for every meeting, for those of a programme or a kind or both, or for one meeting.
//! Of the rules that fit a meeting only the most particular ones count: a meeting with a rule of
//! its own has no others, and a rule of kind `none` means that nobody is reminded.
//!
//! A rule becomes a plan per meeting, in the transaction that fixes, moves or cancels its date.
//! Who is reminded is read when the plan fires, so that who came late, was removed or declined
//! comes out right.
//!
//! | plan from | when | to |
//! | --- | --- | --- |
//! | – | the date is fixed or moves, or a rule is made | planned, or passed when its time has gone |
//! | planned | its time has come | fired |
//! | planned | its time came, and nobody was there to see it | passed |
//! | planned | the meeting moves or is cancelled, the rule is retired | withdrawn |
//! | withdrawn, passed | the meeting moves back, the rule changes: its time is ahead again | planned |

mod model;
mod plans;
mod queries;
mod rules;

pub use model::{
    MeetingStart, NewReminderRule, PlanState, ReminderAudience, ReminderKind, ReminderPlan,
    ReminderRule, ReminderTiming, RuleReach,
};
pub use plans::{Armed, arm, disarm, planned_changes, store_changes};
pub use queries::{
    PlansOfMeetings, close, due_meetings, find, find_active, find_many, holding_rules, insert_rule,
    list, plans_of, plans_of_many, store_rule,
};
pub use rules::{expires_at, is_fresh, is_timely};
