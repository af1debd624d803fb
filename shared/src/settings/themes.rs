//! How the parts of a theme's score weigh (N6).

use super::amounts::number;
use super::source::{Fault, Source};
use crate::theme_rounds::ThemeWeights;

/// The most that one part can weigh.
const MOST: u32 = 1000;

pub(super) fn read(source: &mut Source) -> ThemeWeights {
    let usual = ThemeWeights::default();
    let mut weight = |key, default: u16| {
        let weight = number(source, key, 0..=MOST, u32::from(default));
        u16::try_from(weight).unwrap_or(default)
    };
    let weights = ThemeWeights {
        experience: weight("KOPLOPERS_THEME_WEIGHT_EXPERIENCE", usual.experience),
        interest: weight("KOPLOPERS_THEME_WEIGHT_INTEREST", usual.interest),
        expertise: weight("KOPLOPERS_THEME_WEIGHT_EXPERTISE", usual.expertise),
        knowledge: weight("KOPLOPERS_THEME_WEIGHT_KNOWLEDGE", usual.knowledge),
    };
    if weights.total() == 0 {
        let reason = "one of the weights of themes must be more than 0";
        let fault = Fault::new("KOPLOPERS_THEME_WEIGHT_EXPERIENCE", reason);
        source.faults.push(fault);
    }
    weights
}
