//! The digest: written from what is overdue, stuck or near at the moment it goes.

use super::{ComposeError, ComposedMail, Composer, Looked};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::deliveries::{self, Delivery, DroppedReason};
use crate::mail::clean::Line;
use crate::mail::digest::{DigestBar, DigestItem, DigestMail, DigestPart};
use crate::overviews::digest::{self, DigestLine, DigestQuestion, DigestSection};
use crate::programmes;
use crate::words::Slug;

/// What a digest is to tell of.
pub(super) struct DigestFacts {
    /// The programmes that the reader runs; none for ops, who hear of everything.
    programmes: Option<Vec<Slug>>,
}

/// One that may have arrived is not sent again: the next one tells the same. Whoever runs no
/// programme any more gets none.
pub(super) fn look(conn: &mut DbConn, delivery: &Delivery) -> Looked<DigestFacts> {
    if deliveries::may_have_arrived(conn, delivery.id)? {
        return Ok(Err(DroppedReason::Superseded));
    }
    let Some(person) = delivery.recipient else {
        return Ok(Ok(DigestFacts { programmes: None }));
    };
    let own = programmes::queries::run_by(conn, person)?;
    Ok(if own.is_empty() {
        Err(DroppedReason::Cancelled)
    } else {
        Ok(DigestFacts {
            programmes: Some(own),
        })
    })
}

impl Composer<'_> {
    pub(super) fn digest(&mut self, facts: &DigestFacts) -> Result<ComposedMail, ComposeError> {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let question = DigestQuestion {
            limits: self.letterhead.digest,
            zone: zone.clone(),
            programmes: facts.programmes.clone(),
        };
        let now = LocalNow::new(self.now, zone);
        let found = digest::digest(self.conn, now, &question)?;
        let longest = found.sections.iter().map(|it| it.count).max().unwrap_or(0);
        let sections: Result<Vec<_>, ComposeError> = (found.sections.iter())
            .map(|section| self.digest_part(section, longest))
            .collect();
        self.write(&DigestMail {
            on: found.on,
            to_do: found.to_do(),
            own_programmes: facts.programmes.is_some(),
            sections: sections?,
        })
    }

    fn digest_part(
        &self,
        section: &DigestSection,
        longest: i64,
    ) -> Result<DigestPart, ComposeError> {
        let items: Result<Vec<_>, ComposeError> = (section.lines.iter())
            .map(|line| self.digest_item(line))
            .collect();
        let language = self.reader.person.language;
        Ok(DigestPart {
            title: Line::new(section.topic.title().in_language(language)),
            count: section.count,
            percent: digest::Share {
                part: section.count,
                whole: longest,
            }
            .percent(),
            items: items?,
            more: section.more(),
        })
    }

    fn digest_item(&self, line: &DigestLine) -> Result<DigestItem, ComposeError> {
        let (app, public) = (
            self.letterhead.app_url.as_ref(),
            &self.letterhead.public_url,
        );
        let url = digest::link(app, public, &line.path);
        Ok(DigestItem {
            text: Line::new(line.text.in_language(self.reader.person.language)),
            url: url.ok_or(ComposeError::Incomplete { what: "public URL" })?,
            bar: line.share.map(|share| DigestBar {
                part: share.part,
                whole: share.whole,
                percent: share.percent(),
            }),
        })
    }
}
