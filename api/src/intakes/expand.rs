//! Children of an intake in the same answer, for screens.

use koplopers_shared::access::{Actor, PermitSet};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::intakes::Intake;
use koplopers_shared::overviews::{IntakePart, IntakeParts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dto::IntakeView;
use crate::cards::{MunicipalityCardView, PersonCardView, ProgrammeCardView};
use crate::decisions::DecisionView;
use crate::meetings::MeetingView;
use crate::offers::OfferView;
use crate::people::tell_read;
use crate::problem::Problem;
use crate::programmes::RoundView;
use crate::state::AppState;
use crate::trajectories::TrajectoryView;
use crate::words::IntakePartWord;

/// What is shown with an intake.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct IntakeParams {
    /// Children to show in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<IntakePartWord>, inline)]
    pub expand: Vec<IntakePart>,
}

/// The children that were asked for; null where the intake has none or the caller sees none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExpandedIntake)]
#[expect(
    clippy::option_option,
    reason = "what was not asked for is left out; what is not there is null"
)]
pub struct ExpandedIntakeView {
    /// Who answers questions about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PersonCardView>)]
    contact_person: Option<Option<PersonCardView>>,
    /// Who commissions it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PersonCardView>)]
    sponsor: Option<Option<PersonCardView>>,
    /// The municipality that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MunicipalityCardView>)]
    municipality: Option<Option<MunicipalityCardView>>,
    /// The programme, as the version of the intake calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProgrammeCardView>)]
    programme: Option<Option<ProgrammeCardView>>,
    /// The round.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RoundView>)]
    round: Option<Option<RoundView>>,
    /// The talk that is planned or was held, else the last one that was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MeetingView>)]
    talk: Option<Option<MeetingView>>,
    /// The newest decision; a municipality sees it once it was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DecisionView>)]
    decision: Option<Option<DecisionView>>,
    /// The offer that was accepted or waits for an answer, else the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OfferView>)]
    offer: Option<Option<OfferView>>,
    /// The trajectory that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TrajectoryView>)]
    trajectory: Option<Option<TrajectoryView>>,
}

/// Refuses children that the caller may not see: 403 names the scope.
pub fn permitted(wanted: &[IntakePart], permits: PermitSet) -> Result<(), Problem> {
    Ok(permits.require(wanted.iter().map(|part| part.needs()))?)
}

/// Has the audit trail tell that people were read, when they were (security: 74).
pub fn tell_people_read(
    state: &AppState,
    actor: &Actor,
    wanted: &[IntakePart],
) -> Result<(), Problem> {
    let people = [IntakePart::ContactPerson, IntakePart::Sponsor];
    if wanted.iter().any(|part| people.contains(part)) {
        tell_read(state, actor, "person.list", None)?;
    }
    Ok(())
}

/// The intake with the wanted children, as a caller with `permits` sees it now.
pub fn view(
    intake: Intake,
    wanted: &[IntakePart],
    parts: &IntakeParts,
    permits: PermitSet,
    now: LocalNow,
) -> IntakeView {
    let mut shown = ExpandedIntakeView::default();
    for part in wanted {
        match part {
            IntakePart::ContactPerson => {
                shown.contact_person = Some(parts.contact_person(&intake).map(Into::into));
            }
            IntakePart::Sponsor => shown.sponsor = Some(parts.sponsor(&intake).map(Into::into)),
            IntakePart::Municipality => {
                shown.municipality = Some(parts.municipality(&intake).map(Into::into));
            }
            IntakePart::Programme => {
                let (slug, version) = (&intake.programme, intake.programme_number);
                let name = parts.programme_name(&intake);
                let card = name.map(|name| ProgrammeCardView::new(slug, version, name));
                shown.programme = Some(card);
            }
            IntakePart::Round => {
                let round = parts.round(&intake).cloned();
                shown.round = Some(round.map(|round| RoundView::new(round, now.today, permits)));
            }
            IntakePart::Talk => {
                let talk = parts.talk(&intake).cloned();
                shown.talk = Some(talk.map(|talk| MeetingView::new(talk, permits, now.at)));
            }
            IntakePart::Decision => {
                let decision = parts.decision(&intake).cloned();
                let decision = decision.map(|it| DecisionView::new(it, &intake, permits));
                shown.decision = Some(decision);
            }
            IntakePart::Offer => {
                let offer = parts.offer(&intake).cloned();
                shown.offer = Some(offer.map(|offer| OfferView::new(offer, permits)));
            }
            IntakePart::Trajectory => {
                let trajectory = parts.trajectory(&intake).cloned();
                shown.trajectory = Some(trajectory.map(|it| TrajectoryView::new(it, permits)));
            }
        }
    }
    let view = IntakeView::new(intake, permits);
    if wanted.is_empty() {
        view
    } else {
        view.expanded(shown)
    }
}
