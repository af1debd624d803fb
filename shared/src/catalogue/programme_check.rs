//! Whether the content of a programme holds together: every problem at once, each with a JSON
//! pointer, since coordinators publish new versions over the API.

use std::fmt;

use super::programme::{Gate, MeetingPlan, ProgrammeContent};
use super::text::{BilingualText, Named};
use super::words::{CoFundingBase, RoundsRule, SupportKind};
use crate::text_enum;

/// Longest name, question, condition or principle, in characters.
const LINE: usize = 500;
/// Longest description, in characters.
const PAGE: usize = 10_000;
/// Most entries of any list.
const ENTRIES: usize = 50;
/// Longest answer that a question may allow, in characters.
pub const LONGEST_ANSWER: u16 = 10_000;

text_enum! {
    /// What is wrong with a place in the content.
    pub enum ContentProblemCode {
        /// A text without anything to read.
        Blank => "blank",
        /// A text or list that is too long.
        TooLong => "too_long",
        /// Not a key: lower case letters, digits and underscores, starting with a letter.
        NotAKey => "not_a_key",
        /// The same key or word twice.
        Duplicate => "duplicate",
        /// A number outside its range.
        OutOfRange => "out_of_range",
        /// A key that names nothing in this content.
        Unknown => "unknown",
        /// Something that must be there.
        Missing => "missing",
        /// Something that contradicts another part.
        Contradiction => "contradiction",
    }
}

/// One thing that is wrong with the content of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentProblem {
    /// JSON pointer to the place.
    pub pointer: String,
    /// What kind of problem.
    pub code: ContentProblemCode,
    /// What would be right, in English.
    pub reason: &'static str,
}

impl fmt::Display for ContentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.reason)
    }
}

impl ProgrammeContent {
    /// Everything that is wrong, in the order of the content; empty when it can be published.
    ///
    /// Partners are checked for shape only: which exist is known to the caller.
    #[must_use]
    pub fn problems(&self) -> Vec<ContentProblem> {
        let mut check = Check::default();
        check.text("/name", &self.name, LINE);
        check.text("/summary", &self.summary, LINE);
        check.text("/description", &self.description, PAGE);
        check.rounds(self);
        check.criteria(self);
        check.questions(self);
        check.distinct("/requiredParties", &self.required_parties);
        check.practice_table(self);
        check.building_blocks(self);
        check.meeting_plan("/meetingPlan", &self.meeting_plan);
        if let Some(product) = &self.end_product {
            check.text("/endProduct/text", &product.text, PAGE);
            check.range(
                "/endProduct/dueWithinMonths",
                product.due_within_months,
                1..=60,
            );
        }
        check.keys(
            "/guidingPrinciples",
            self.guiding_principles.iter().map(|it| &it.key),
        );
        for (at, principle) in self.guiding_principles.iter().enumerate() {
            check.text(
                &format!("/guidingPrinciples/{at}/text"),
                &principle.text,
                PAGE,
            );
        }
        check.partners(self);
        check.problems
    }
}

impl MeetingPlan {
    /// Everything that is wrong with a plan that stands on its own, pointers from `at`.
    #[must_use]
    pub fn problems(&self, at: &str) -> Vec<ContentProblem> {
        let mut check = Check::default();
        check.meeting_plan(at, self);
        check.problems
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<ContentProblem>,
}

impl Check {
    fn add(&mut self, pointer: impl Into<String>, code: ContentProblemCode, reason: &'static str) {
        self.problems.push(ContentProblem {
            pointer: pointer.into(),
            code,
            reason,
        });
    }

    fn text(&mut self, pointer: &str, text: &BilingualText, longest: usize) {
        for (language, text) in [("nl", &text.nl), ("en", &text.en)] {
            if text.trim().is_empty() {
                self.add(
                    format!("{pointer}/{language}"),
                    ContentProblemCode::Blank,
                    "needs a text in both languages",
                );
            } else if text.chars().count() > longest {
                self.add(
                    format!("{pointer}/{language}"),
                    ContentProblemCode::TooLong,
                    if longest == LINE {
                        "at most 500 characters"
                    } else {
                        "at most 10,000 characters"
                    },
                );
            }
        }
    }

    fn range(
        &mut self,
        pointer: &str,
        number: impl Into<u32>,
        allowed: std::ops::RangeInclusive<u32>,
    ) {
        if !allowed.contains(&number.into()) {
            self.add(
                pointer,
                ContentProblemCode::OutOfRange,
                "outside the range that makes sense here",
            );
        }
    }

    fn length(&mut self, pointer: &str, length: usize) {
        if length > ENTRIES {
            self.add(pointer, ContentProblemCode::TooLong, "at most 50 entries");
        }
    }

    fn key(&mut self, pointer: &str, key: &str) {
        if !is_key(key) {
            self.add(
                pointer,
                ContentProblemCode::NotAKey,
                "at most 60 lower case letters, digits and underscores, starting with a letter",
            );
        }
    }

    /// Length, shape and uniqueness of the keys of a list of objects.
    fn keys<'a>(&mut self, pointer: &str, keys: impl Iterator<Item = &'a String>) {
        let keys: Vec<&String> = keys.collect();
        self.length(pointer, keys.len());
        for (at, key) in keys.iter().enumerate() {
            let pointer = format!("{pointer}/{at}/key");
            self.key(&pointer, key);
            if keys[..at].contains(key) {
                self.add(
                    pointer,
                    ContentProblemCode::Duplicate,
                    "used before in this list",
                );
            }
        }
    }

    /// Length and uniqueness of a list of words or keys.
    fn distinct<T: PartialEq>(&mut self, pointer: &str, items: &[T]) {
        self.length(pointer, items.len());
        for (at, item) in items.iter().enumerate() {
            if items[..at].contains(item) {
                self.add(
                    format!("{pointer}/{at}"),
                    ContentProblemCode::Duplicate,
                    "used before in this list",
                );
            }
        }
    }

    fn not_empty<T>(&mut self, pointer: &str, items: &[T]) {
        if items.is_empty() {
            self.add(
                pointer,
                ContentProblemCode::Missing,
                "needs at least one entry",
            );
        }
    }

    fn partners(&mut self, content: &ProgrammeContent) {
        self.distinct("/partners", &content.partners);
        for (at, partner) in content.partners.iter().enumerate() {
            self.key(&format!("/partners/{at}"), partner);
        }
    }

    fn rounds(&mut self, content: &ProgrammeContent) {
        match (content.rounds, content.capacity) {
            (RoundsRule::Required, Some(capacity)) => self.range(
                "/capacity/practicesPerRound",
                capacity.practices_per_round,
                1..=1000,
            ),
            (RoundsRule::Required, None) => self.add(
                "/capacity",
                ContentProblemCode::Missing,
                "a programme with rounds says how much one holds",
            ),
            (RoundsRule::None, Some(_)) => self.add(
                "/capacity",
                ContentProblemCode::Contradiction,
                "only a programme with rounds has a capacity",
            ),
            (RoundsRule::None, None) => {}
        }
    }

    fn criteria(&mut self, content: &ProgrammeContent) {
        self.not_empty("/criteria", &content.criteria);
        self.keys("/criteria", content.criteria.iter().map(|it| &it.key));
        for (at, criterion) in content.criteria.iter().enumerate() {
            let pointer = format!("/criteria/{at}");
            self.text(&format!("{pointer}/text"), &criterion.text, LINE);
            self.gate(&format!("{pointer}/gate"), &criterion.gate, content);
        }
    }

    fn gate(&mut self, pointer: &str, gate: &Gate, content: &ProgrammeContent) {
        match gate {
            Gate::Open {} => {}
            Gate::SponsorRole { roles } => {
                let pointer = format!("{pointer}/roles");
                self.not_empty(&pointer, roles);
                self.distinct(&pointer, roles);
            }
            Gate::ThreeSupports { supports } => {
                let pointer = format!("{pointer}/supports");
                self.distinct(&pointer, supports);
                if SupportKind::ALL.iter().any(|kind| !supports.contains(kind)) {
                    self.add(
                        pointer,
                        ContentProblemCode::Missing,
                        "names all three supports",
                    );
                }
            }
            Gate::TwoPartQuestion { questions } => {
                let pointer = format!("{pointer}/questions");
                self.distinct(&pointer, questions);
                if questions.len() != 2 {
                    self.add(
                        &pointer,
                        ContentProblemCode::OutOfRange,
                        "names two questions",
                    );
                }
                for (at, key) in questions.iter().enumerate() {
                    let pointer = format!("{pointer}/{at}");
                    match content.question(key) {
                        None => self.add(
                            pointer,
                            ContentProblemCode::Unknown,
                            "not the key of a question of this programme",
                        ),
                        Some(question) if !question.required => self.add(
                            pointer,
                            ContentProblemCode::Contradiction,
                            "a part of a two-part question is required",
                        ),
                        Some(_) => {}
                    }
                }
            }
            Gate::NamedBodies { bodies } => {
                let pointer = format!("{pointer}/bodies");
                self.not_empty(&pointer, bodies);
                self.distinct(&pointer, bodies);
            }
            Gate::CoFunding { percent, base } => {
                self.range(&format!("{pointer}/percent"), *percent, 1..=100);
                if *base == CoFundingBase::LocalPractice
                    && !content.building_blocks.iter().any(|it| it.local_practice)
                {
                    self.add(
                        format!("{pointer}/base"),
                        ContentProblemCode::Contradiction,
                        "no building block is marked as local practice",
                    );
                }
            }
        }
    }

    fn questions(&mut self, content: &ProgrammeContent) {
        self.keys("/questions", content.questions.iter().map(|it| &it.key));
        for (at, question) in content.questions.iter().enumerate() {
            let pointer = format!("/questions/{at}");
            self.text(&format!("{pointer}/text"), &question.text, LINE);
            if let Some(hint) = &question.hint {
                self.text(&format!("{pointer}/hint"), hint, LINE);
            }
            self.range(
                &format!("{pointer}/maxLength"),
                question.max_length,
                1..=u32::from(LONGEST_ANSWER),
            );
            let pointer = format!("{pointer}/criteria");
            self.distinct(&pointer, &question.criteria);
            for (at, key) in question.criteria.iter().enumerate() {
                if content.criterion(key).is_none() {
                    self.add(
                        format!("{pointer}/{at}"),
                        ContentProblemCode::Unknown,
                        "not the key of a criterion of this programme",
                    );
                }
            }
        }
    }

    fn practice_table(&mut self, content: &ProgrammeContent) {
        let Some(table) = &content.practice_table else {
            return;
        };
        self.distinct("/practiceTable/kinds", &table.kinds);
        if table.minimum_kinds == 0 || usize::from(table.minimum_kinds) > table.kinds.len() {
            self.add(
                "/practiceTable/minimumKinds",
                ContentProblemCode::OutOfRange,
                "at least one and at most as many as there are kinds",
            );
        }
    }

    fn building_blocks(&mut self, content: &ProgrammeContent) {
        let blocks = &content.building_blocks;
        self.not_empty("/buildingBlocks", blocks);
        self.keys("/buildingBlocks", blocks.iter().map(|it| &it.key));
        for (at, block) in blocks.iter().enumerate() {
            let pointer = format!("/buildingBlocks/{at}");
            if let Some(number) = block.number {
                let pointer = format!("{pointer}/number");
                self.range(&pointer, number, 0..=4);
                if blocks[..at].iter().any(|it| it.number == block.number) {
                    self.add(
                        pointer,
                        ContentProblemCode::Duplicate,
                        "used before in this list",
                    );
                }
            }
            self.text(&format!("{pointer}/name"), &block.name, LINE);
            self.text(&format!("{pointer}/text"), &block.text, PAGE);
            self.named(&format!("{pointer}/forms"), &block.forms);
            self.named(&format!("{pointer}/methods"), &block.methods);
            self.named(&format!("{pointer}/steps"), &block.steps);
            self.distinct(&format!("{pointer}/askedBy"), &block.asked_by);
        }
    }

    fn named(&mut self, pointer: &str, items: &[Named]) {
        self.keys(pointer, items.iter().map(|it| &it.key));
        for (at, item) in items.iter().enumerate() {
            self.text(&format!("{pointer}/{at}/name"), &item.name, LINE);
        }
    }

    fn meeting_plan(&mut self, pointer: &str, plan: &MeetingPlan) {
        let meetings = format!("{pointer}/meetings");
        self.not_empty(&meetings, &plan.meetings);
        self.length(&meetings, plan.meetings.len());
        for (at, planned) in plan.meetings.iter().enumerate() {
            let pointer = format!("{meetings}/{at}");
            if planned.maximum == 0 || planned.minimum > planned.maximum {
                self.add(
                    format!("{pointer}/maximum"),
                    ContentProblemCode::OutOfRange,
                    "at least one and not below the minimum",
                );
            }
            if plan.meetings[..at].iter().any(|it| it.kind == planned.kind) {
                self.add(
                    format!("{pointer}/kind"),
                    ContentProblemCode::Duplicate,
                    "used before in this list",
                );
            }
        }
        if let Some(months) = plan.within_months {
            self.range(&format!("{pointer}/withinMonths"), months, 1..=60);
        }
    }
}

/// Lower case letters, digits and underscores, starting with a letter, at most 60.
pub(super) fn is_key(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

#[cfg(test)]
mod tests;
