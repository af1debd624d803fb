//! The mail that answers a light question with knowledge items.

use super::intake::{read, reference};
use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::IntakeId;
use crate::intakes::{Intake, IntakeStatus};
use crate::knowledge::referrals::{self, Referral};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::referral::{IntakeReferred, ReferredItem};

/// A referred intake and what it was referred to.
pub(super) struct ReferralFacts {
    intake: Intake,
    referral: Referral,
}

pub(super) fn look(conn: &mut DbConn, id: IntakeId) -> Looked<ReferralFacts> {
    let intake = read(conn, id)?;
    let referral = referrals::of_intake(conn, id)?;
    Ok(match referral {
        Some(referral) if intake.status == IntakeStatus::Referred => {
            Ok(ReferralFacts { intake, referral })
        }
        Some(_) | None => Err(DroppedReason::Superseded),
    })
}

impl Composer<'_> {
    pub(super) fn intake_referred(
        &mut self,
        ReferralFacts { intake, referral }: &ReferralFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let content = self.content(intake)?;
        let items = referral.items.iter().map(|item| ReferredItem {
            title: Line::new(&item.content.title),
            summary: Line::new(&item.content.summary),
            url: item.content.url.as_url().clone(),
            language: item.content.language,
        });
        let contents = IntakeReferred {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            referred_on: self.day(Some(referral.referred_at), intake.updated_at),
            note: Paragraphs::new(&referral.note),
            items: items.collect(),
            notice: notice::for_contact(self, intake)?,
        };
        self.write(&contents)
    }
}
