//! Mails about a consent: to the giver, and to whoever asked.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::candidacies::Employer;
use crate::catalogue::{Language, role_name};
use crate::consents::{self, CHASERS, Consent, ConsentStatus, ConsentSubject, LAPSES_AFTER};
use crate::db::{DbConn, DbResult};
use crate::deliveries::DroppedReason;
use crate::ids::ConsentId;
use crate::links::{self, LinkPurpose};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::consent as mails;
use crate::mail::notice::{NamedAs, Notice};
use crate::{organisations, people};

/// How long a link opens the page: well past the time to answer, also when the mail server was
/// out of reach for weeks before it took the mail. The page then says what became of it.
const LINK_LIVES: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Read once more before a mail about it leaves. A mail that asks is wanted while the request is
/// open, and one that tells of a state while the consent is in it.
pub(super) fn look(conn: &mut DbConn, id: ConsentId, told: ConsentStatus) -> Looked<Consent> {
    let missing = ComposeError::Incomplete { what: "consent" };
    let consent = consents::find(conn, id)?.ok_or(missing)?;
    Ok(match consent.status {
        now_is if now_is == told => Ok(consent),
        ConsentStatus::Given | ConsentStatus::Refused => Err(DroppedReason::Answered),
        ConsentStatus::Expired => Err(DroppedReason::Past),
        ConsentStatus::Replaced | ConsentStatus::Requested => Err(DroppedReason::Superseded),
        ConsentStatus::Withdrawn | ConsentStatus::NotApplicable => Err(DroppedReason::Cancelled),
    })
}

/// A chaser is wanted until the next one is due.
pub(super) fn look_chaser(
    conn: &mut DbConn,
    id: ConsentId,
    day: i32,
    now: Timestamp,
) -> Looked<Consent> {
    let consent = match look(conn, id, ConsentStatus::Requested)? {
        Ok(consent) => consent,
        Err(reason) => return Ok(Err(reason)),
    };
    if consent.has_lapsed(now) {
        return Ok(Err(DroppedReason::Past));
    }
    let next = CHASERS.into_iter().find(|other| *other > day);
    let next_at = next
        .zip(consent.accepted_at)
        .map(|(days, at)| at + SignedDuration::from_hours(i64::from(days) * 24));
    Ok(if next_at.is_some_and(|at| at <= now) {
        Err(DroppedReason::Superseded)
    } else {
        Ok(consent)
    })
}

impl Composer<'_> {
    pub(super) fn consent_request(
        &mut self,
        consent: &Consent,
    ) -> Result<ComposedMail, ComposeError> {
        let language = self.reader.person.language;
        let giver = consent
            .giver
            .ok_or(ComposeError::Incomplete { what: "giver" })?;
        let (consent_url, _) = self.consent_page(consent)?;
        let contents = mails::ConsentRequest {
            about: self.consent_about(consent)?,
            is_member: consent.subject.member().is_some(),
            role: Line::new(role_name(giver.role, language)),
            days: LAPSES_AFTER.as_hours() / 24,
            consent_url,
            notice: self.notice_to_giver(consent)?,
        };
        self.write(&contents)
    }

    pub(super) fn consent_chaser(
        &mut self,
        consent: &Consent,
    ) -> Result<ComposedMail, ComposeError> {
        let lapses_at = consent
            .lapses_at()
            .ok_or(ComposeError::Incomplete { what: "deadline" })?;
        let (consent_url, _) = self.consent_page(consent)?;
        let contents = mails::ConsentChaser {
            about: self.consent_about(consent)?,
            asked_on: self.day(consent.accepted_at, consent.requested_at),
            answer_until_on: self.whole_day_before(lapses_at),
            consent_url,
        };
        self.write(&contents)
    }

    pub(super) fn consent_link(&mut self, consent: &Consent) -> Result<ComposedMail, ComposeError> {
        let (consent_url, expires_at) = self.consent_page(consent)?;
        let contents = mails::ConsentLink {
            about: self.consent_about(consent)?,
            consent_url,
            works_until_on: self.whole_day_before(expires_at),
        };
        self.write(&contents)
    }

    pub(super) fn consent_refused(
        &mut self,
        consent: &Consent,
    ) -> Result<ComposedMail, ComposeError> {
        let typed = consent.answered_by.as_ref();
        let giver = match typed {
            Some(by) => Line::new(&format!("{} ({})", by.name, by.role)),
            None => self.giver_name(consent)?,
        };
        let contents = mails::ConsentRefused {
            about: self.consent_about(consent)?,
            giver,
            on: self.day(consent.answered_at, consent.updated_at),
            reason: consent.reason.as_deref().and_then(Paragraphs::new),
        };
        self.write(&contents)
    }

    pub(super) fn consent_expired(
        &mut self,
        consent: &Consent,
    ) -> Result<ComposedMail, ComposeError> {
        let contents = mails::ConsentExpired {
            about: self.consent_about(consent)?,
            giver: self.giver_name(consent)?,
            on: self.day(consent.lapses_at(), consent.updated_at),
        };
        self.write(&contents)
    }

    pub(super) fn consent_bounced(
        &mut self,
        consent: &Consent,
    ) -> Result<ComposedMail, ComposeError> {
        let contents = mails::ConsentBounced {
            about: self.consent_about(consent)?,
            giver: self.giver_name(consent)?,
            on: self.day(consent.bounced_at, consent.updated_at),
        };
        self.write(&contents)
    }

    fn consent_about(&mut self, consent: &Consent) -> Result<mails::ConsentAbout, ComposeError> {
        let missing = |what| ComposeError::Incomplete { what };
        let candidate = people::queries::find(self.conn, &Scope::Institute, consent.person)?;
        let candidate = candidate.ok_or(missing("candidate"))?;
        let employer = consent.employer.ok_or(missing("employer"))?;
        Ok(mails::ConsentAbout {
            candidate: Line::new(&candidate.name),
            employer: self.employer_in_words(employer)?,
            reference: Line::new(&consent.id.to_string()),
        })
    }

    /// An employer as a sentence has it.
    pub(super) fn employer_in_words(&mut self, employer: Employer) -> DbResult<Line> {
        match employer {
            Employer::Municipality(code) => notice::municipality_in_words(self, code),
            Employer::Organisation(id) => {
                let found = organisations::queries::find(self.conn, id)?;
                Ok(found.map_or_else(|| Line::new("?"), |found| Line::new(&found.name)))
            }
        }
    }

    fn giver_name(&mut self, consent: &Consent) -> Result<Line, ComposeError> {
        let missing = ComposeError::Incomplete { what: "giver" };
        let Some(giver) = consent.giver else {
            return Err(missing);
        };
        let found = people::queries::find(self.conn, &Scope::Institute, giver.person)?;
        Ok(Line::new(&found.ok_or(missing)?.name))
    }

    /// For a giver who hears from us for the first time.
    fn notice_to_giver(&mut self, consent: &Consent) -> Result<Option<Notice>, ComposeError> {
        Ok(notice::is_first_mail(self)?.then(|| Notice {
            named_by: Line::new(match (self.reader.person.language, consent.subject) {
                (Language::Nl, ConsentSubject::Candidacy(_)) => {
                    "degene die uw medewerker voordroeg"
                }
                (Language::En, ConsentSubject::Candidacy(_)) => {
                    "the person who nominated your employee"
                }
                (Language::Nl, ConsentSubject::Member(_)) => "uw medewerker",
                (Language::En, ConsentSubject::Member(_)) => "your employee",
            }),
            named_as: NamedAs::ConsentGiver,
        }))
    }

    /// The day before an instant: on its own day a deadline falls at some hour.
    fn whole_day_before(&self, at: Timestamp) -> jiff::civil::Date {
        self.day(Some(at - SignedDuration::from_hours(24)), at)
    }

    /// A working link to the giver's own page, and when it ends.
    fn consent_page(&mut self, consent: &Consent) -> Result<(Url, Timestamp), ComposeError> {
        let expires_at = self.now + LINK_LIVES;
        let token = links::make(
            self.conn,
            self.keys,
            LinkPurpose::Consent,
            consent.id.0,
            self.reader.person.id,
            expires_at,
            self.now,
        )?;
        Ok((
            self.letterhead.page(LinkPurpose::Consent, &token)?,
            expires_at,
        ))
    }
}
