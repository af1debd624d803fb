//! What a mail tells, before anything of it is written.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Priority;
use crate::ids::{
    CandidacyId, ConsentId, DecisionId, IntakeId, InvitationId, MeetingId, MemberId,
    NetworkMembershipId, NominationId, OfferId, ReminderRuleId, TrajectoryId,
};

/// What a mail tells, as ids: names, times and addresses are read when it is rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// An invitation to a meeting, with a calendar REQUEST and a link to answer.
    Invitation {
        /// The invitation.
        invitation: InvitationId,
    },
    /// The meeting changed, with a calendar REQUEST that replaces the one before.
    InvitationUpdate {
        /// The invitation.
        invitation: InvitationId,
        /// The revision of the meeting that it tells of.
        revision: i32,
    },
    /// The meeting was cancelled, with a calendar CANCEL.
    Cancellation {
        /// The invitation that is no more.
        invitation: InvitationId,
    },
    /// The meeting is near.
    Reminder {
        /// The invitation.
        invitation: InvitationId,
        /// The rule that asks for it.
        rule: ReminderRuleId,
        /// The start it reminds of.
        starts_at: Timestamp,
    },
    /// Who waited has a place.
    PlaceFree {
        /// The invitation.
        invitation: InvitationId,
    },
    /// A fresh link for one that has expired.
    FreshLink {
        /// The purpose of the link, a word of the `links` table.
        purpose: String,
        /// What the link is about.
        object: Uuid,
    },
    /// To the contact person: the intake has come in.
    IntakeReceived {
        /// The intake.
        intake: IntakeId,
    },
    /// To the contact person: the intake is answered with knowledge items.
    IntakeReferred {
        /// The intake.
        intake: IntakeId,
    },
    /// To the contact person: the intake was withdrawn.
    IntakeWithdrawn {
        /// The intake.
        intake: IntakeId,
    },
    /// To the sponsor: an offer waits for a decision, with a link to read and answer it.
    OfferSent {
        /// The offer.
        offer: OfferId,
    },
    /// To sponsor and contact person: the offer was accepted.
    OfferAccepted {
        /// The offer.
        offer: OfferId,
    },
    /// To sponsor and contact person: the offer was refused.
    OfferRefused {
        /// The offer.
        offer: OfferId,
    },
    /// To contact person and sponsor: the trajectory began to run.
    TrajectoryRunning {
        /// The trajectory.
        trajectory: TrajectoryId,
    },
    /// To somebody who is in a learning network from now on, with a link to leave it.
    NetworkWelcome {
        /// Their membership.
        membership: NetworkMembershipId,
    },
    /// To whoever nominated on the open form: stand by it, with a link.
    NominationConfirmation {
        /// The nomination.
        nomination: NominationId,
    },
    /// To a candidate: they were nominated, with a link to all that is stored.
    CandidateNotice {
        /// The candidacy.
        candidacy: CandidacyId,
    },
    /// To somebody who is an associate member from now on.
    MemberWelcome {
        /// The member.
        member: MemberId,
    },
    /// To somebody who is an associate member no longer.
    MemberLeft {
        /// Who was a member.
        member: MemberId,
    },
    /// To the contact person: the intake fits and has a place.
    IntakeMatched {
        /// The intake.
        intake: IntakeId,
        /// The decision that says so.
        decision: DecisionId,
        /// Whether it waited and a place came free.
        came_free: bool,
    },
    /// To the contact person: the intake fits and waits for a place.
    IntakeWaitlisted {
        /// The intake.
        intake: IntakeId,
        /// The decision that says so.
        decision: DecisionId,
    },
    /// To the contact person: the intake does not fit.
    IntakeDeclined {
        /// The intake.
        intake: IntakeId,
        /// The decision that says so.
        decision: DecisionId,
    },
    /// To the contact person: the intake goes no further.
    IntakeClosed {
        /// The intake.
        intake: IntakeId,
        /// The decision that says so.
        decision: DecisionId,
    },
    /// To the highest executive of somebody's employer: consent is asked, with a link to answer.
    ConsentRequest {
        /// The consent.
        consent: ConsentId,
    },
    /// To the same: the request still waits, with a link.
    ConsentChaser {
        /// The consent.
        consent: ConsentId,
        /// How many days it waits.
        day: i32,
    },
    /// To whoever asked: consent was refused.
    ConsentRefused {
        /// The consent.
        consent: ConsentId,
    },
    /// To whoever asked: no answer came in time.
    ConsentExpired {
        /// The consent.
        consent: ConsentId,
    },
    /// To whoever asked, or to ops: a mail to the executive came back.
    ConsentBounced {
        /// The consent.
        consent: ConsentId,
    },
    /// To the candidate: they are invited to become a member, with a link to answer.
    CandidateInvitation {
        /// The candidacy.
        candidacy: CandidacyId,
    },
    /// To a candidate who knows that they were nominated: they are not invited.
    CandidateRejected {
        /// The candidacy.
        candidacy: CandidacyId,
    },
    /// To a nominator: what came of their nomination.
    NominationOutcome {
        /// The nomination.
        nomination: NominationId,
    },
    /// To an invitee: which dates suit, with a link to say so.
    PollInvitation {
        /// The invitation.
        invitation: InvitationId,
        /// The round of the poll; rises when there are other options.
        round: i32,
    },
    /// To the same: not every date has a vote, with a link.
    PollChaser {
        /// The invitation.
        invitation: InvitationId,
        /// How many hours before the end.
        hours: i32,
    },
    /// To the same: the meeting is off, and no date is to be kept free.
    PollCancelled {
        /// The invitation.
        invitation: InvitationId,
    },
    /// To the organiser: the date poll closed, and what came of it.
    PollClosed {
        /// The meeting.
        meeting: MeetingId,
    },
    /// To the sponsor: an offer still waits and its last day is near, with a link.
    OfferChaser {
        /// The offer.
        offer: OfferId,
    },
    /// To the contact person: the end product of a trajectory is nearly due.
    EndProductChaser {
        /// The trajectory.
        trajectory: TrajectoryId,
    },
    /// To ops, or to somebody who runs a programme: what is overdue, stuck or near.
    Digest {
        /// The day it is for.
        on: Date,
    },
}

impl Payload {
    /// Every kind that this build can send.
    pub const KINDS: &'static [&'static str] = &[
        "invitation",
        "invitation_update",
        "cancellation",
        "reminder",
        "place_free",
        "fresh_link",
        "intake_received",
        "intake_referred",
        "intake_withdrawn",
        Self::OFFER_SENT,
        "offer_accepted",
        "offer_refused",
        "trajectory_running",
        "network_welcome",
        "nomination_confirmation",
        "candidate_notice",
        "member_welcome",
        "member_left",
        "intake_matched",
        "intake_waitlisted",
        "intake_declined",
        "intake_closed",
        "consent_request",
        "consent_chaser",
        "consent_refused",
        "consent_expired",
        "consent_bounced",
        "candidate_invitation",
        "candidate_rejected",
        "nomination_outcome",
        "poll_invitation",
        "poll_chaser",
        "poll_cancelled",
        "poll_closed",
        Self::OFFER_CHASER,
        Self::END_PRODUCT_CHASER,
        "digest",
    ];

    /// The kind that reminds somebody of a meeting.
    pub const REMINDER: &'static str = "reminder";

    /// The kind that asks a sponsor to decide on an offer.
    pub const OFFER_SENT: &'static str = "offer_sent";

    /// The kind that asks so again.
    pub const OFFER_CHASER: &'static str = "offer_chaser";

    /// The kind that reminds somebody of an end product.
    pub const END_PRODUCT_CHASER: &'static str = "end_product_chaser";

    /// The kinds that ask somebody to vote in a date poll.
    pub const POLL_KINDS: &'static [&'static str] = &["poll_invitation", "poll_chaser"];

    /// The kinds that ask an executive for consent.
    pub const CONSENT_KINDS: &'static [&'static str] = &["consent_request", "consent_chaser"];

    /// The kinds with a calendar of their meeting.
    pub const CALENDAR_KINDS: &'static [&'static str] =
        &["invitation", "invitation_update", "cancellation"];

    /// Those of them that ask somebody to come.
    pub const REQUEST_KINDS: &'static [&'static str] = &["invitation", "invitation_update"];

    /// The word for the kind of mail, as stored and shown to ops.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::InvitationUpdate { .. } => "invitation_update",
            Self::Cancellation { .. } => "cancellation",
            Self::Reminder { .. } => Self::REMINDER,
            Self::PlaceFree { .. } => "place_free",
            Self::FreshLink { .. } => "fresh_link",
            Self::IntakeReceived { .. } => "intake_received",
            Self::IntakeReferred { .. } => "intake_referred",
            Self::IntakeWithdrawn { .. } => "intake_withdrawn",
            Self::OfferSent { .. } => Self::OFFER_SENT,
            Self::OfferAccepted { .. } => "offer_accepted",
            Self::OfferRefused { .. } => "offer_refused",
            Self::TrajectoryRunning { .. } => "trajectory_running",
            Self::NetworkWelcome { .. } => "network_welcome",
            Self::NominationConfirmation { .. } => "nomination_confirmation",
            Self::CandidateNotice { .. } => "candidate_notice",
            Self::MemberWelcome { .. } => "member_welcome",
            Self::MemberLeft { .. } => "member_left",
            Self::IntakeMatched { .. } => "intake_matched",
            Self::IntakeWaitlisted { .. } => "intake_waitlisted",
            Self::IntakeDeclined { .. } => "intake_declined",
            Self::IntakeClosed { .. } => "intake_closed",
            Self::ConsentRequest { .. } => "consent_request",
            Self::ConsentChaser { .. } => "consent_chaser",
            Self::ConsentRefused { .. } => "consent_refused",
            Self::ConsentExpired { .. } => "consent_expired",
            Self::ConsentBounced { .. } => "consent_bounced",
            Self::CandidateInvitation { .. } => "candidate_invitation",
            Self::CandidateRejected { .. } => "candidate_rejected",
            Self::NominationOutcome { .. } => "nomination_outcome",
            Self::PollInvitation { .. } => "poll_invitation",
            Self::PollChaser { .. } => "poll_chaser",
            Self::PollCancelled { .. } => "poll_cancelled",
            Self::PollClosed { .. } => "poll_closed",
            Self::OfferChaser { .. } => Self::OFFER_CHASER,
            Self::EndProductChaser { .. } => Self::END_PRODUCT_CHASER,
            Self::Digest { .. } => "digest",
        }
    }

    /// Whether it may go to the address of ops, when there is no person to tell.
    #[must_use]
    pub const fn may_go_to_ops(&self) -> bool {
        matches!(
            self,
            Self::ConsentRefused { .. }
                | Self::ConsentExpired { .. }
                | Self::ConsentBounced { .. }
                | Self::Digest { .. }
        )
    }

    /// Which mails go first when many are due.
    #[must_use]
    pub const fn priority(&self) -> Priority {
        match self {
            Self::Cancellation { .. } => Priority::Cancel,
            Self::Invitation { .. }
            | Self::InvitationUpdate { .. }
            | Self::PlaceFree { .. }
            | Self::PollInvitation { .. } => Priority::Invitation,
            Self::FreshLink { .. }
            | Self::IntakeReceived { .. }
            | Self::IntakeReferred { .. }
            | Self::IntakeWithdrawn { .. }
            | Self::OfferSent { .. }
            | Self::OfferAccepted { .. }
            | Self::OfferRefused { .. }
            | Self::NetworkWelcome { .. }
            | Self::NominationConfirmation { .. }
            | Self::CandidateNotice { .. }
            | Self::MemberWelcome { .. }
            | Self::MemberLeft { .. }
            | Self::TrajectoryRunning { .. }
            | Self::IntakeMatched { .. }
            | Self::IntakeWaitlisted { .. }
            | Self::IntakeDeclined { .. }
            | Self::IntakeClosed { .. }
            | Self::ConsentRequest { .. }
            | Self::ConsentRefused { .. }
            | Self::ConsentExpired { .. }
            | Self::ConsentBounced { .. }
            | Self::CandidateInvitation { .. }
            | Self::CandidateRejected { .. }
            | Self::NominationOutcome { .. }
            | Self::PollCancelled { .. }
            | Self::PollClosed { .. } => Priority::Notice,
            Self::Reminder { .. }
            | Self::ConsentChaser { .. }
            | Self::PollChaser { .. }
            | Self::OfferChaser { .. }
            | Self::EndProductChaser { .. } => Priority::Reminder,
            Self::Digest { .. } => Priority::Digest,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one payload of each kind")]
    fn the_stored_tag_of_a_payload_is_its_kind() {
        let payloads = [
            Payload::Invitation {
                invitation: InvitationId::generate(),
            },
            Payload::InvitationUpdate {
                invitation: InvitationId::generate(),
                revision: 2,
            },
            Payload::Cancellation {
                invitation: InvitationId::generate(),
            },
            Payload::Reminder {
                invitation: InvitationId::generate(),
                rule: ReminderRuleId::generate(),
                starts_at: Timestamp::UNIX_EPOCH,
            },
            Payload::PlaceFree {
                invitation: InvitationId::generate(),
            },
            Payload::FreshLink {
                purpose: "answer".to_owned(),
                object: Uuid::nil(),
            },
            Payload::IntakeReceived {
                intake: IntakeId::generate(),
            },
            Payload::IntakeReferred {
                intake: IntakeId::generate(),
            },
            Payload::IntakeWithdrawn {
                intake: IntakeId::generate(),
            },
            Payload::OfferSent {
                offer: OfferId::generate(),
            },
            Payload::OfferAccepted {
                offer: OfferId::generate(),
            },
            Payload::OfferRefused {
                offer: OfferId::generate(),
            },
            Payload::TrajectoryRunning {
                trajectory: TrajectoryId::generate(),
            },
            Payload::NetworkWelcome {
                membership: NetworkMembershipId::generate(),
            },
            Payload::NominationConfirmation {
                nomination: NominationId::generate(),
            },
            Payload::CandidateNotice {
                candidacy: CandidacyId::generate(),
            },
            Payload::MemberWelcome {
                member: MemberId::generate(),
            },
            Payload::MemberLeft {
                member: MemberId::generate(),
            },
            Payload::IntakeMatched {
                intake: IntakeId::generate(),
                decision: DecisionId::generate(),
                came_free: true,
            },
            Payload::IntakeWaitlisted {
                intake: IntakeId::generate(),
                decision: DecisionId::generate(),
            },
            Payload::IntakeDeclined {
                intake: IntakeId::generate(),
                decision: DecisionId::generate(),
            },
            Payload::IntakeClosed {
                intake: IntakeId::generate(),
                decision: DecisionId::generate(),
            },
            Payload::ConsentRequest {
                consent: ConsentId::generate(),
            },
            Payload::ConsentChaser {
                consent: ConsentId::generate(),
                day: 7,
            },
            Payload::ConsentRefused {
                consent: ConsentId::generate(),
            },
            Payload::ConsentExpired {
                consent: ConsentId::generate(),
            },
            Payload::ConsentBounced {
                consent: ConsentId::generate(),
            },
            Payload::CandidateInvitation {
                candidacy: CandidacyId::generate(),
            },
            Payload::CandidateRejected {
                candidacy: CandidacyId::generate(),
            },
            Payload::NominationOutcome {
                nomination: NominationId::generate(),
            },
            Payload::PollInvitation {
                invitation: InvitationId::generate(),
                round: 2,
            },
            Payload::PollChaser {
                invitation: InvitationId::generate(),
                hours: 72,
            },
            Payload::PollCancelled {
                invitation: InvitationId::generate(),
            },
            Payload::PollClosed {
                meeting: MeetingId::generate(),
            },
            Payload::OfferChaser {
                offer: OfferId::generate(),
            },
            Payload::EndProductChaser {
                trajectory: TrajectoryId::generate(),
            },
            Payload::Digest { on: Date::MAX },
        ];
        let mut kinds: Vec<&str> = payloads.iter().map(Payload::kind).collect();
        let mut known = Payload::KINDS.to_vec();
        kinds.sort_unstable();
        known.sort_unstable();
        assert_eq!(kinds, known, "every kind, once");
        for payload in payloads {
            let json = serde_json::to_value(&payload).unwrap();
            assert_eq!(json["kind"], payload.kind());
            assert_eq!(serde_json::from_value::<Payload>(json).unwrap(), payload);
        }
    }
}
