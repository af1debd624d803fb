//! Children of a trajectory in the same answer, for screens.

use koplopers_shared::access::{Actor, PermitSet};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::overviews::{CaseParts, TrajectoryPart};
use koplopers_shared::trajectories::Trajectory;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::TrajectoryView;
use crate::cards::{IntakeCardView, MunicipalityCardView, PersonCardView, ProgrammeCardView};
use crate::offers::OfferView;
use crate::people::tell_read;
use crate::problem::Problem;
use crate::programmes::RoundView;
use crate::state::AppState;
use crate::words::TrajectoryPartWord;

/// What is shown with a trajectory.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct TrajectoryParams {
    /// Children to show in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<TrajectoryPartWord>, inline)]
    pub expand: Vec<TrajectoryPart>,
}

/// The children that were asked for; null where the trajectory has none or the caller sees none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExpandedTrajectory)]
#[expect(
    clippy::option_option,
    reason = "what was not asked for is left out; what is not there is null"
)]
pub struct ExpandedTrajectoryView {
    /// The intake that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IntakeCardView>)]
    intake: Option<Option<IntakeCardView>>,
    /// The offer that was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OfferView>)]
    offer: Option<Option<OfferView>>,
    /// The officials who take part, as far as the caller sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    officials: Option<Vec<PersonCardView>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MunicipalityCardView>)]
    municipality: Option<Option<MunicipalityCardView>>,
    /// The programme, as its version calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProgrammeCardView>)]
    programme: Option<Option<ProgrammeCardView>>,
    /// The round.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RoundView>)]
    round: Option<Option<RoundView>>,
}

/// Refuses children that the caller may not see (403 names the scope), and has the audit trail
/// tell that people were read, when they were (security: 74).
pub fn permitted(
    state: &AppState,
    actor: &Actor,
    wanted: &[TrajectoryPart],
) -> Result<(), Problem> {
    let needed = wanted.iter().map(|part| part.needs());
    actor.permits().require(needed)?;
    if wanted.contains(&TrajectoryPart::Officials) {
        tell_read(state, actor, "person.list", None)?;
    }
    Ok(())
}

/// The trajectory with the wanted children, as a caller with `permits` sees it now.
pub fn view(
    trajectory: Trajectory,
    wanted: &[TrajectoryPart],
    parts: &CaseParts,
    permits: PermitSet,
    now: LocalNow,
) -> TrajectoryView {
    if wanted.is_empty() {
        return TrajectoryView::new(trajectory, permits);
    }
    let mut shown = ExpandedTrajectoryView::default();
    for part in wanted {
        match part {
            TrajectoryPart::Intake => {
                shown.intake = Some(parts.intake(trajectory.intake).map(Into::into));
            }
            TrajectoryPart::Offer => {
                let offer = parts.offer(trajectory.offer).cloned();
                shown.offer = Some(offer.map(|offer| OfferView::new(offer, permits)));
            }
            TrajectoryPart::Officials => {
                let seen = trajectory.officials.iter();
                let seen = seen.filter_map(|id| parts.person(*id));
                shown.officials = Some(seen.map(Into::into).collect());
            }
            TrajectoryPart::Municipality => {
                let municipality = parts.municipality(trajectory.municipality);
                shown.municipality = Some(municipality.map(Into::into));
            }
            TrajectoryPart::Programme => {
                let (slug, version) = (&trajectory.programme, trajectory.programme_number);
                let name = parts.programme_name(slug, version);
                let card = name.map(|name| ProgrammeCardView::new(slug, version, name));
                shown.programme = Some(card);
            }
            TrajectoryPart::Round => {
                let round = trajectory.round.and_then(|id| parts.round(id)).cloned();
                shown.round = Some(round.map(|round| RoundView::new(round, now.today, permits)));
            }
        }
    }
    TrajectoryView::new(trajectory, permits).expanded(shown)
}
