//! A member as each caller sees them.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::{Actor, Permit, Scope, Who};
use koplopers_shared::candidacies::{CandidateKind, Employer};
use koplopers_shared::catalogue::LearningPractice;
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::{CandidacyId, CohortId, MemberId, OrganisationId, PersonId};
use koplopers_shared::members::{
    self, Audience, Expertise, Issue, Member, MemberAction, MemberStatus, Part, Topics,
};
use koplopers_shared::people::{self, Person};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::VisibilityBody;
use crate::actions::AllowedActionView;
use crate::words::{CandidateKindWord, LearningPracticeWord, MemberStatusWord};

/// An associate member. What the member does not show to the caller is null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub struct MemberView {
    /// Their id as a member.
    #[schema(value_type = uuid::Uuid)]
    id: MemberId,
    /// Where the membership stands.
    #[schema(value_type = MemberStatusWord)]
    status: MemberStatus,
    /// Their name; empty once erased.
    #[schema(example = "Noor Voorbeeld")]
    name: String,
    /// What makes them a member.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The cohort they began in.
    #[schema(value_type = uuid::Uuid)]
    cohort: CohortId,
    /// Who they are, in their own words.
    introduction: Option<String>,
    /// Whom they work for, for whom they show it to.
    employer: Option<EmployerView>,
    /// What they know and want to work on, for whom they show it to.
    expertise: Option<TopicsView>,
    /// How to reach them, for whom they show it to.
    contact: Option<ContactView>,
    /// What is for the member and the staff of the institute.
    details: Option<MemberDetailsView>,
    /// When they were admitted.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// When they last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a membership, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// Whom a member works for; with neither, nobody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberEmployer)]
pub struct EmployerView {
    /// The municipality.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
}

/// What a member knows and wants to work on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberExpertise)]
pub struct TopicsView {
    /// Themes they know.
    themes: Vec<ExpertiseView>,
    /// Social issues they want to work on.
    issues: Vec<MemberIssueView>,
    /// Ways of learning they know.
    #[schema(value_type = Vec<LearningPracticeWord>)]
    learning_practices: Vec<LearningPractice>,
}

/// What a member knows of a theme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Expertise)]
pub struct ExpertiseView {
    /// The theme.
    #[schema(value_type = String, example = "debt")]
    theme: Slug,
    /// What of it, in their own words.
    description: Option<String>,
    /// How much they know, from 1 to 5.
    level: i32,
    /// How gladly they work on it, from 1 to 5.
    interest: i32,
}

/// A social issue that a member wants to work on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberIssue)]
pub struct MemberIssueView {
    /// The issue, in their own words.
    description: String,
    /// The theme it belongs to.
    #[schema(value_type = Option<String>, example = "youth")]
    theme: Option<Slug>,
    /// How much they know, from 1 to 5.
    level: i32,
    /// How gladly they work on it, from 1 to 5.
    interest: i32,
}

/// How to reach a member.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberContact)]
pub struct ContactView {
    /// Their address.
    #[schema(example = "noor@example.nl")]
    email: Option<String>,
    /// Their telephone number.
    #[schema(example = "+31 20 555 01 23")]
    phone: Option<String>,
}

/// What is for the member and the staff of the institute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MemberDetails)]
pub struct MemberDetailsView {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The candidacy that led here.
    #[schema(value_type = Option<uuid::Uuid>)]
    candidacy: Option<CandidacyId>,
    /// Who sees what.
    visibility: VisibilityBody,
    /// Hours a month that they have for the network.
    hours_per_month: Option<i32>,
    /// When they have time, in their own words.
    availability: Option<String>,
    /// Whether the consent of a new employer is awaited.
    consent_review: bool,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    consent_review_since_at: Option<Timestamp>,
    /// The last day of the pause.
    #[schema(value_type = Option<String>, format = "date")]
    paused_until_on: Option<Date>,
    /// Why the membership paused or ended.
    reason: Option<String>,
    /// When they left.
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
}

/// A member as the public sees them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DirectoryEntry)]
pub struct DirectoryEntryView {
    /// Their id as a member.
    #[schema(value_type = uuid::Uuid)]
    id: MemberId,
    /// Their name.
    #[schema(example = "Noor Voorbeeld")]
    name: String,
    /// What makes them a member.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The cohort they began in.
    #[schema(value_type = uuid::Uuid)]
    cohort: CohortId,
    /// Who they are, in their own words.
    introduction: Option<String>,
    /// Whom they work for, if they show it to everybody.
    employer: Option<EmployerView>,
    /// What they know and want to work on, if they show it to everybody.
    expertise: Option<TopicsView>,
    /// How to reach them, if they show it to everybody.
    contact: Option<ContactView>,
}

/// What belongs to members and a view of them may need.
pub struct Belongings {
    audience: Audience,
    people: HashMap<PersonId, Person>,
    topics: HashMap<MemberId, Topics>,
}

impl Belongings {
    /// Reads what belongs to members whom `audience` was found to see: a fixed number of queries,
    /// however many they are.
    pub fn read(conn: &mut DbConn, audience: Audience, found: &[Member]) -> DbResult<Self> {
        let people: Vec<PersonId> = found.iter().map(|member| member.person).collect();
        let people = people::queries::find_many(conn, &Scope::Institute, &people)?;
        let ids: Vec<MemberId> = found.iter().map(|member| member.id).collect();
        Ok(Self {
            audience,
            people: people
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            topics: members::topics_of(conn, &ids)?,
        })
    }

    /// A member as `actor` sees them.
    pub fn view(&mut self, member: Member, actor: &Actor) -> MemberView {
        let parts = self.parts(&member);
        MemberView::new(self.audience, actor, member, parts)
    }

    /// A member as everybody sees them.
    pub fn entry(&mut self, member: Member) -> DirectoryEntryView {
        let parts = self.parts(&member);
        DirectoryEntryView {
            id: member.id,
            name: parts.name,
            kind: member.kind,
            cohort: member.cohort,
            introduction: member.profile.introduction,
            employer: parts.employer,
            expertise: parts.expertise,
            contact: parts.contact,
        }
    }

    fn parts(&mut self, member: &Member) -> Parts {
        let person = self.people.get(&member.person);
        let topics = self.topics.remove(&member.id).unwrap_or_default();
        Parts::of(self.audience, member, person, topics)
    }
}

/// The parts of a profile that somebody sees.
struct Parts {
    name: String,
    employer: Option<EmployerView>,
    expertise: Option<TopicsView>,
    contact: Option<ContactView>,
}

impl Parts {
    fn of(audience: Audience, member: &Member, person: Option<&Person>, topics: Topics) -> Self {
        let sees = |part| audience.sees_part(member, part);
        let contact = || ContactView {
            email: person.and_then(|person| Some(person.email.as_ref()?.as_str().to_owned())),
            phone: person.and_then(|person| person.phone.clone()),
        };
        Self {
            name: person.map_or_else(String::new, |person| person.name.clone()),
            employer: sees(Part::Employer).then(|| EmployerView {
                municipality: member.employer.and_then(Employer::municipality),
                organisation: member.employer.and_then(Employer::organisation),
            }),
            expertise: sees(Part::Expertise).then(|| topics.into()),
            contact: sees(Part::Contact).then(contact),
        }
    }
}

impl From<Topics> for TopicsView {
    fn from(topics: Topics) -> Self {
        let themes = topics
            .expertise
            .into_iter()
            .map(|known: Expertise| ExpertiseView {
                theme: known.theme,
                description: known.description,
                level: known.level,
                interest: known.interest,
            });
        let issues = topics
            .issues
            .into_iter()
            .map(|issue: Issue| MemberIssueView {
                description: issue.description,
                theme: issue.theme,
                level: issue.level,
                interest: issue.interest,
            });
        Self {
            themes: themes.collect(),
            issues: issues.collect(),
            learning_practices: topics.learning_practices.into_iter().collect(),
        }
    }
}

impl MemberView {
    fn new(audience: Audience, actor: &Actor, member: Member, parts: Parts) -> Self {
        let allowed = MemberAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                may_change(actor, &member),
                member.allows(*action),
            )
        });
        let allowed_actions = allowed.collect();
        let details = audience.sees_all_of(&member).then(|| MemberDetailsView {
            person: member.person,
            candidacy: member.candidacy,
            visibility: member.visible.into(),
            hours_per_month: member.profile.hours_per_month,
            availability: member.profile.availability.clone(),
            consent_review: member.consent_review_since.is_some(),
            consent_review_since_at: member.consent_review_since,
            paused_until_on: member.paused_until_on,
            reason: member.status_reason.clone(),
            left_at: member.left_at,
        });
        Self {
            id: member.id,
            status: member.status,
            name: parts.name,
            kind: member.kind,
            cohort: member.cohort,
            introduction: member.profile.introduction,
            employer: parts.employer,
            expertise: parts.expertise,
            contact: parts.contact,
            details,
            joined_at: member.joined_at,
            updated_at: member.updated_at,
            allowed_actions,
        }
    }
}

/// Whether an actor may change a member: themselves, or anybody as a coordinator.
fn may_change(actor: &Actor, member: &Member) -> bool {
    let permits = actor.permits();
    let themselves = matches!(actor.who, Who::Person { person } if person == member.person);
    permits.contains(Permit::MembersProfile)
        && (themselves || permits.contains(Permit::MembersWrite))
}
