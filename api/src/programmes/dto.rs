//! Bodies about programmes and rounds.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::catalogue::{RoundsRule, TalkKind};
use koplopers_shared::ids::{OrganisationId, PersonId, RoundId};
use koplopers_shared::organisations::Organisation;
use koplopers_shared::people::Person;
use koplopers_shared::programmes::round_actions::{NewRound, RoundChanges};
use koplopers_shared::programmes::{Origin, Programme, ProgrammeVersion, Round, RoundState};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::content::ProgrammeContentBody;
use crate::actions::AllowedActionView;
use crate::text::BilingualTextView;
use crate::words::{RoundsRuleWord, TalkKindWord};

/// What the list is narrowed to, and what is shown with each.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ProgrammeFilter {
    /// Those that take new intakes, or those that do not.
    pub open: Option<bool>,
    /// Children to show as well.
    #[serde(default)]
    #[param(inline)]
    pub expand: Vec<ProgrammeExpand>,
}

/// What is shown with the programme.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ProgrammeParams {
    /// Children to show as well.
    #[serde(default)]
    #[param(inline)]
    pub expand: Vec<ProgrammeExpand>,
}

/// A child of a programme that can be shown with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProgrammeExpand {
    /// The rounds that are open or upcoming.
    Rounds,
}

/// What is to change of a programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeProgrammeRequest {
    /// Whether new intakes are welcome.
    pub open: bool,
}

/// The contact persons of a programme, in the order in which they are named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceContactsRequest {
    /// People with an address.
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 20)]
    pub people: Vec<PersonId>,
}

/// The partners that a programme is run jointly with, in the order in which they are named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacePartnersRequest {
    /// Organisations that can be a partner.
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 20)]
    pub organisations: Vec<OrganisationId>,
}

/// A programme.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Programme)]
pub struct ProgrammeView {
    /// Its name in paths.
    #[schema(value_type = String, example = "inclusief")]
    slug: Slug,
    /// What people call it.
    name: BilingualTextView,
    /// One or two sentences.
    summary: BilingualTextView,
    /// The number of the version that new intakes are made under.
    #[schema(example = 1)]
    current_version: i32,
    /// Whether new intakes are welcome.
    open: bool,
    /// Which talk an intake leads to.
    #[schema(value_type = TalkKindWord)]
    talk_kind: TalkKind,
    /// Whether an intake belongs to a round.
    #[schema(value_type = RoundsRuleWord)]
    rounds_rule: RoundsRule,
    /// Whom to ask about it.
    contacts: Vec<ContactView>,
    /// Which organisations it is run jointly with.
    partners: Vec<PartnerView>,
    /// The rounds that are open or upcoming; only with `expand=rounds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rounds: Option<Vec<RoundView>>,
    /// What its current version says; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    content: Option<ProgrammeContentBody>,
    /// When it was added.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    updated_at: Timestamp,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// A contact person of a programme.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProgrammeContact)]
pub struct ContactView {
    #[schema(value_type = uuid::Uuid)]
    id: PersonId,
    /// Their name.
    #[schema(example = "Noor Voorbeeld")]
    name: String,
    /// Where mail to them goes.
    #[schema(example = "noor@example.org")]
    email: Option<String>,
    /// Where to call them.
    #[schema(example = "+31 20 555 01 23")]
    phone: Option<String>,
}

impl From<&Person> for ContactView {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            name: person.name.clone(),
            email: person.email.as_ref().map(|it| it.as_str().to_owned()),
            phone: person.phone.clone(),
        }
    }
}

/// An organisation that a programme is run jointly with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProgrammePartner)]
pub struct PartnerView {
    #[schema(value_type = uuid::Uuid)]
    id: OrganisationId,
    /// Its name.
    #[schema(example = "Vereniging van Nederlandse Gemeenten (VNG)")]
    name: String,
    /// Its public site.
    #[schema(example = "https://vng.nl/")]
    website: Option<String>,
}

impl From<&Organisation> for PartnerView {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id,
            name: organisation.name.clone(),
            website: organisation.website.clone(),
        }
    }
}

impl ProgrammeView {
    /// The view of a programme at its current version, as a list shows it.
    pub fn new(
        programme: Programme,
        version: &ProgrammeVersion,
        (contacts, partners): (Vec<ContactView>, Vec<PartnerView>),
        permits: PermitSet,
    ) -> Self {
        let permitted = permits.contains(Permit::CatalogueWrite);
        let content = &version.content;
        let action = |name, possible| AllowedActionView::new(name, permitted, possible);
        Self {
            slug: programme.slug,
            name: content.name.clone().into(),
            summary: content.summary.clone().into(),
            current_version: programme.current_number,
            open: programme.open,
            talk_kind: content.talk_kind,
            rounds_rule: content.rounds,
            contacts,
            partners,
            rounds: None,
            content: None,
            created_at: programme.created_at,
            updated_at: programme.updated_at,
            allowed_actions: vec![
                action("publish", true),
                action("open", !programme.open),
                action("close", programme.open),
                action("replace_contacts", true),
                action("replace_partners", true),
                action("create_round", content.rounds == RoundsRule::Required),
            ],
        }
    }

    /// The same with these rounds.
    pub fn with_rounds(mut self, rounds: Vec<RoundView>) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// The same with what its current version says.
    pub fn with_content(mut self, content: ProgrammeContentBody) -> Self {
        self.content = Some(content);
        self
    }

    /// Its name in paths.
    pub const fn slug(&self) -> &Slug {
        &self.slug
    }
}

/// One version of a programme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProgrammeVersion)]
pub struct ProgrammeVersionView {
    /// The programme.
    #[schema(value_type = String, example = "inclusief")]
    programme: Slug,
    /// Its number: 1 for the first.
    #[schema(example = 1)]
    number: i32,
    /// `shipped` with a release, or `published` by a coordinator.
    #[schema(value_type = String, example = "shipped")]
    origin: Origin,
    /// When it became the current one.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    published_at: Timestamp,
    /// What it says.
    content: ProgrammeContentBody,
}

impl From<ProgrammeVersion> for ProgrammeVersionView {
    fn from(version: ProgrammeVersion) -> Self {
        Self {
            programme: version.programme,
            number: version.number,
            origin: version.origin,
            published_at: version.published_at,
            content: ProgrammeContentBody(version.content),
        }
    }
}

/// A round to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRoundRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "Voorjaar 2026")]
    name: String,
    /// The first day on which an intake can be submitted.
    #[schema(format = "date", value_type = String, example = "2026-03-01")]
    opens_on: Date,
    /// The last day on which an intake can be submitted.
    #[schema(format = "date", value_type = String, example = "2026-04-30")]
    closes_on: Date,
    /// How many local practices it holds; what the programme says unless given.
    #[schema(minimum = 1, maximum = 1000, nullable = false, example = 5)]
    capacity: Option<i32>,
}

impl CreateRoundRequest {
    /// The new round of a programme.
    pub fn of(self, programme: Slug) -> NewRound {
        NewRound {
            programme,
            name: self.name,
            opens_on: self.opens_on,
            closes_on: self.closes_on,
            capacity: self.capacity,
        }
    }
}

/// What is to change of a round.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRoundRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 100,
        nullable = false,
        example = "Voorjaar 2026"
    )]
    name: Option<String>,
    /// The first day on which an intake can be submitted.
    #[schema(format = "date", value_type = Option<String>, nullable = false, example = "2026-03-01")]
    opens_on: Option<Date>,
    /// The last day on which an intake can be submitted.
    #[schema(format = "date", value_type = Option<String>, nullable = false, example = "2026-05-31")]
    closes_on: Option<Date>,
    /// How many local practices it holds.
    #[schema(minimum = 1, maximum = 1000, nullable = false, example = 6)]
    capacity: Option<i32>,
}

impl From<ChangeRoundRequest> for RoundChanges {
    fn from(request: ChangeRoundRequest) -> Self {
        Self {
            name: request.name,
            opens_on: request.opens_on,
            closes_on: request.closes_on,
            capacity: request.capacity,
        }
    }
}

/// A round.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Round)]
pub struct RoundView {
    #[schema(value_type = uuid::Uuid)]
    id: RoundId,
    /// The programme.
    #[schema(value_type = String, example = "inclusief")]
    programme: Slug,
    /// What people call it.
    #[schema(example = "Voorjaar 2026")]
    name: String,
    /// The first day on which an intake can be submitted.
    #[schema(value_type = String, format = "date", example = "2026-03-01")]
    opens_on: Date,
    /// The last day on which an intake can be submitted.
    #[schema(value_type = String, format = "date", example = "2026-04-30")]
    closes_on: Date,
    /// How many local practices it holds.
    #[schema(example = 5)]
    capacity: i32,
    /// Where it stands today: `upcoming`, `open` or `closed`.
    #[schema(value_type = String, example = "open")]
    status: RoundState,
    /// When it was added.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    updated_at: Timestamp,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl RoundView {
    /// The view of a round on a day.
    #[must_use]
    pub fn new(round: Round, today: Date, permits: PermitSet) -> Self {
        let permitted = permits.contains(Permit::CatalogueWrite);
        Self {
            id: round.id,
            status: round.state_on(today),
            programme: round.programme,
            name: round.name,
            opens_on: round.opens_on,
            closes_on: round.closes_on,
            capacity: round.capacity,
            created_at: round.created_at,
            updated_at: round.updated_at,
            allowed_actions: vec![AllowedActionView::new("change", permitted, true)],
        }
    }
}
