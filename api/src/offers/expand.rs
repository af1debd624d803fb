//! Children of an offer in the same answer, for screens.

use koplopers_shared::access::{Actor, PermitSet};
use koplopers_shared::intakes::Intake;
use koplopers_shared::offers::Offer;
use koplopers_shared::overviews::{CaseParts, OfferPart};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::OfferView;
use crate::cards::{IntakeCardView, MunicipalityCardView, PersonCardView, ProgrammeCardView};
use crate::people::tell_read;
use crate::problem::Problem;
use crate::state::AppState;
use crate::words::OfferPartWord;

/// What is shown with an offer.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct OfferParams {
    /// Children to show in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<OfferPartWord>, inline)]
    pub expand: Vec<OfferPart>,
}

/// The children that were asked for; null where the offer has none or the caller sees none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExpandedOffer)]
#[expect(
    clippy::option_option,
    reason = "what was not asked for is left out; what is not there is null"
)]
pub struct ExpandedOfferView {
    /// The intake that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IntakeCardView>)]
    intake: Option<Option<IntakeCardView>>,
    /// To whom it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PersonCardView>)]
    sponsor: Option<Option<PersonCardView>>,
    /// The municipality of the intake.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MunicipalityCardView>)]
    municipality: Option<Option<MunicipalityCardView>>,
    /// The programme, as its version calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProgrammeCardView>)]
    programme: Option<Option<ProgrammeCardView>>,
}

/// Refuses children that the caller may not see (403 names the scope), and has the audit trail
/// tell that people were read, when they were (security: 74).
pub fn permitted(state: &AppState, actor: &Actor, wanted: &[OfferPart]) -> Result<(), Problem> {
    let needed = wanted.iter().map(|part| part.needs());
    actor.permits().require(needed)?;
    if wanted.contains(&OfferPart::Sponsor) {
        tell_read(state, actor, "person.list", None)?;
    }
    Ok(())
}

/// The offer with the wanted children, as a caller with `permits` sees it.
pub fn view(
    offer: Offer,
    wanted: &[OfferPart],
    parts: &CaseParts,
    permits: PermitSet,
) -> OfferView {
    if wanted.is_empty() {
        return OfferView::new(offer, permits);
    }
    let mut shown = ExpandedOfferView::default();
    for part in wanted {
        match part {
            OfferPart::Intake => {
                let intake: Option<&Intake> = parts.intake(offer.intake);
                shown.intake = Some(intake.map(Into::into));
            }
            OfferPart::Sponsor => {
                let sponsor = offer.sponsor.and_then(|it| parts.person(it.person));
                shown.sponsor = Some(sponsor.map(Into::into));
            }
            OfferPart::Municipality => {
                let municipality = parts.municipality(offer.municipality);
                shown.municipality = Some(municipality.map(Into::into));
            }
            OfferPart::Programme => {
                let (slug, version) = (&offer.programme, offer.programme_number);
                let name = parts.programme_name(slug, version);
                let card = name.map(|name| ProgrammeCardView::new(slug, version, name));
                shown.programme = Some(card);
            }
        }
    }
    OfferView::new(offer, permits).expanded(shown)
}
