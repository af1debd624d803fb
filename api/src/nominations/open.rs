//! Nominating without a token.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, post, web};
use koplopers_shared::access::{Actor, Trace};
use koplopers_shared::candidacies::{CandidateKind, Employer};
use koplopers_shared::catalogue::Language;
use koplopers_shared::flows;
use koplopers_shared::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, NominateError, Nominator,
    ProposedGiver, rules,
};
use koplopers_shared::words::{EmailAddress, MunicipalityCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dto::{NominatorRequest, ProposedGiverRequest};
use crate::body::Body;
use crate::idempotency::{self, IdempotencyKey};
use crate::middleware::client::ClientAddress;
use crate::middleware::{client, request_id};
use crate::problem::document::OpenWriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::reply::{self, Reply};
use crate::state::AppState;
use crate::words::{CandidateKindWord, LanguageWord};

/// Who is nominated.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenCandidateRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Kim Kandidaat")]
    name: String,
    /// Where mail to them goes.
    #[schema(format = "email", value_type = Option<String>, max_length = 254, nullable = false, example = "kim@example.nl")]
    email: Option<EmailAddress>,
    /// What makes them a candidate.
    #[schema(value_type = CandidateKindWord)]
    kind: CandidateKind,
    /// The municipality they work for (CBS code). This or the next.
    #[schema(format = "municipality-code", value_type = Option<String>, nullable = false, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The name of the organisation they work for.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Stichting Voorbeeld"
    )]
    organisation_name: Option<String>,
}

/// A nomination to be made without a token.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOpenNominationRequest {
    /// Who nominates; they confirm by a link in a mail to this address.
    nominator: NominatorRequest,
    /// The language of mails about it; Dutch unless given.
    #[serde(default)]
    #[schema(value_type = LanguageWord, required = false)]
    language: Language,
    /// Who is nominated.
    candidate: OpenCandidateRequest,
    /// How the nominator knows the candidate.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "Wij werken samen in de wijk."
    )]
    relation: String,
    /// Why this person: 50 to 5,000 characters.
    #[schema(
        min_length = 50,
        max_length = 5_000,
        example = "Kim brengt bewoners en ambtenaren aan één tafel, en houdt vol als het lastig wordt."
    )]
    motivation: String,
    /// What is new in how the candidate works.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Bewoners leiden de gesprekken zelf."
    )]
    innovation: String,
    /// What it brings about.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Veertig gezinnen minder met schulden."
    )]
    impact: String,
    /// Who could consent; not for a candidate without employer.
    #[schema(nullable = false)]
    giver: Option<ProposedGiverRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl CreateOpenNominationRequest {
    fn read(self) -> Result<NewNomination, Problem> {
        let candidate = self.candidate;
        let employer = match (candidate.municipality, candidate.organisation_name) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid(vec![FieldError::new(
                    "/candidate",
                    "too-many",
                    "name one employer: a municipality or an organisation",
                )]));
            }
            (Some(code), None) => Some(NamedEmployer::Known(Employer::Municipality(code))),
            (None, Some(name)) => Some(NamedEmployer::Named(rules::tidy_name(&name))),
            (None, None) => None,
        };
        Ok(NewNomination {
            channel: Channel::Open,
            external_reference: None,
            nominator: Some(Nominator::from(self.nominator)),
            language: self.language,
            candidate: CandidateDetails {
                name: rules::tidy_name(&candidate.name),
                email: candidate.email,
                kind: candidate.kind,
                employer,
            },
            relation: self.relation,
            motivation: self.motivation.trim().to_owned(),
            innovation: self.innovation,
            impact: self.impact,
            giver: self.giver.map(ProposedGiver::from),
        })
    }
}

/// What becomes of a nomination without a token: the same for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HeldNomination)]
struct HeldNominationView {
    /// What happens next.
    #[schema(example = "confirmation-mailed")]
    next: &'static str,
    /// How many days the nominator has to confirm.
    #[schema(example = 7)]
    confirm_within_days: u8,
}

const HELD: HeldNominationView = HeldNominationView {
    next: "confirmation-mailed",
    confirm_within_days: 7,
};

/// Nominate somebody without a token
///
/// Held until the nominator confirms it by the link that is mailed to them, and deleted after
/// seven days if they do not. The answer is the same for everybody, and says nothing of who is
/// known here. Limited per network address.
#[utoipa::path(
    operation_id = "create_open_nomination",
    tag = "nominations",
    security(()),
    params(IdempotencyKey),
    request_body = CreateOpenNominationRequest,
    responses((status = 202, description = "Held; the nominator gets a mail", body = HeldNominationView), OpenWriteErrors),
)]
#[post("/open-nominations")]
pub async fn create_open_nomination(
    req: HttpRequest,
    key: IdempotencyKey,
    body: Body<CreateOpenNominationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let new = body.into_inner().read()?;
    let pages = &state.process.pages;
    let address = req.extensions().get::<ClientAddress>().copied();
    pages
        .may_nominate(address.map(|ClientAddress(address)| address))
        .map_err(|wait| {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            Problem::unavailable(&kinds::TOO_MANY_REQUESTS, seconds.saturating_add(1))
        })?;
    let mailbox = new.nominator.as_ref().and_then(|it| it.email.as_ref());
    if mailbox.is_some_and(|mailbox| !pages.keeps_nomination_by(mailbox)) {
        return Ok(reply::send(Reply::accepted(&HELD)));
    }
    let now = state.local_now();
    let key = key.of(&Actor::system("open nominations"), now.at);
    let trace = Trace {
        request_id: request_id::current(),
        origin: client::origin_of(&req),
    };
    let write = move |conn: &mut _| -> Result<_, NominateError> {
        flows::receive_open_nomination(conn, &trace, now, new.clone())?;
        Ok(Reply::accepted(&HELD))
    };
    idempotency::send(state.db.write_once(key, write).await)
}
