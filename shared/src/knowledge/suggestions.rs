//! Which published items fit an intake, and why: ranked by the themes and target groups that
//! they share with its issues. Pure, but for [`suggest`], which reads what there is.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::tags::Tags;
use super::{ItemStatus, KnowledgeItem, Shelf, queries};
use crate::catalogue::BilingualText;
use crate::db::schema::{knowledge_item_target_groups, knowledge_item_themes, knowledge_items};
use crate::db::{DbConn, DbResult};
use crate::ids::KnowledgeItemId;
use crate::reference::{self, ReferenceList};
use crate::words::Slug;

/// Points for each shared theme: what a question is about says most.
pub const THEME_POINTS: usize = 2;
/// Points for each shared target group.
pub const TARGET_GROUP_POINTS: usize = 1;

/// What an intake is about: the tags of all its issues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The themes.
    pub themes: BTreeSet<Slug>,
    /// The groups of residents.
    pub target_groups: BTreeSet<Slug>,
}

/// Why an item is suggested: what it shares with the intake, in order of slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The item.
    pub item: KnowledgeItemId,
    /// The themes that it shares.
    pub themes: Vec<Slug>,
    /// The target groups that it shares.
    pub target_groups: Vec<Slug>,
}

impl Score {
    /// Points for the shared themes.
    #[must_use]
    pub fn theme_points(&self) -> usize {
        self.themes.len() * THEME_POINTS
    }

    /// Points for the shared target groups.
    #[must_use]
    pub fn target_group_points(&self) -> usize {
        self.target_groups.len() * TARGET_GROUP_POINTS
    }

    /// All points.
    #[must_use]
    pub fn total(&self) -> usize {
        self.theme_points() + self.target_group_points()
    }
}

/// A suggested item, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The item.
    pub item: KnowledgeItem,
    /// What it shares with the intake.
    pub score: Score,
    /// The same in words.
    pub explanation: BilingualText,
}

/// The items that share something with what is wanted, most points first, ties by id; at most
/// `limit`. The tags may come in any order, and tags that nobody wants count for nothing.
#[must_use]
pub fn rank(
    wanted: &Wanted,
    themes: &[(KnowledgeItemId, Slug)],
    target_groups: &[(KnowledgeItemId, Slug)],
    limit: usize,
) -> Vec<Score> {
    let mut shared: BTreeMap<KnowledgeItemId, (BTreeSet<&Slug>, BTreeSet<&Slug>)> = BTreeMap::new();
    for (item, slug) in themes.iter().filter(|(_, it)| wanted.themes.contains(it)) {
        shared.entry(*item).or_default().0.insert(slug);
    }
    let groups = target_groups.iter();
    for (item, slug) in groups.filter(|(_, it)| wanted.target_groups.contains(it)) {
        shared.entry(*item).or_default().1.insert(slug);
    }
    let mut scores: Vec<Score> = shared
        .into_iter()
        .map(|(item, (themes, target_groups))| Score {
            item,
            themes: themes.into_iter().cloned().collect(),
            target_groups: target_groups.into_iter().cloned().collect(),
        })
        .collect();
    // The map is in order of id, and the sort keeps that order among equals.
    scores.sort_by_key(|score| std::cmp::Reverse(score.total()));
    scores.truncate(limit);
    scores
}

/// A score in words, with the names that people know: "gaat ook over de thema's A en B en over
/// de doelgroep C (5 punten)".
#[must_use]
pub fn explain(score: &Score, name_of: impl Fn(&Slug) -> BilingualText) -> BilingualText {
    let names = |slugs: &[Slug]| -> Vec<BilingualText> { slugs.iter().map(&name_of).collect() };
    let (themes, groups) = (names(&score.themes), names(&score.target_groups));
    let total = score.total();
    let parts = |words: [[&str; 2]; 2], and: &str, pick: fn(&BilingualText) -> &str| {
        let of = |names: &[BilingualText], [one, more]: [&str; 2]| {
            let listed: Vec<&str> = names.iter().map(pick).collect();
            match listed.as_slice() {
                [] => None,
                [only] => Some(format!("{one} {only}")),
                [first @ .., last] => Some(format!("{more} {} {and} {last}", first.join(", "))),
            }
        };
        let [theme_words, group_words] = words;
        let parts = [of(&themes, theme_words), of(&groups, group_words)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(&format!(" {and} "))
    };
    let nl = [
        ["over het thema", "over de thema's"],
        ["over de doelgroep", "over de doelgroepen"],
    ];
    let en = [
        ["about the theme", "about the themes"],
        ["about the target group", "about the target groups"],
    ];
    let (nl, en) = (
        parts(nl, "en", |name| &name.nl),
        parts(en, "and", |name| &name.en),
    );
    let points = |one, more| if total == 1 { one } else { more };
    BilingualText {
        nl: format!("Gaat ook {nl} ({total} {}).", points("punt", "punten")),
        en: format!("Is also {en} ({total} {}).", points("point", "points")),
    }
}

/// The published items that fit what is wanted, best first, each with its reason. Costs at most
/// seven queries.
pub fn suggest(conn: &mut DbConn, wanted: &Wanted, limit: usize) -> DbResult<Vec<Suggestion>> {
    let (themes, target_groups) = published_tags(conn, wanted)?;
    let scores = rank(wanted, &themes, &target_groups, limit);
    let ids: Vec<KnowledgeItemId> = scores.iter().map(|score| score.item).collect();
    let items = queries::find_many(conn, Shelf::Published, &ids)?;
    let slugs = |set: &BTreeSet<Slug>| -> Vec<Slug> { set.iter().cloned().collect() };
    let mut named =
        reference::queries::find_many(conn, ReferenceList::Themes, &slugs(&wanted.themes))?;
    named.extend(reference::queries::find_many(
        conn,
        ReferenceList::TargetGroups,
        &slugs(&wanted.target_groups),
    )?);
    let name_of = |slug: &Slug| {
        let known = named.iter().find(|entry| entry.slug == *slug);
        known.map_or_else(
            || BilingualText {
                nl: slug.to_string(),
                en: slug.to_string(),
            },
            |entry| entry.name.clone(),
        )
    };
    Ok(scores
        .into_iter()
        .filter_map(|score| {
            let item = items.iter().find(|item| item.id == score.item)?.clone();
            let explanation = explain(&score, name_of);
            Some(Suggestion {
                item,
                score,
                explanation,
            })
        })
        .collect())
}

/// The tags of published items that are among those wanted.
fn published_tags(conn: &mut DbConn, wanted: &Wanted) -> DbResult<(Tags, Tags)> {
    let published = || {
        knowledge_items::table
            .filter(knowledge_items::status.eq(ItemStatus::Published))
            .select(knowledge_items::id)
    };
    let themes = knowledge_item_themes::table
        .filter(
            knowledge_item_themes::theme.eq_any(wanted.themes.iter().cloned().collect::<Vec<_>>()),
        )
        .filter(knowledge_item_themes::item.eq_any(published()))
        .select((knowledge_item_themes::item, knowledge_item_themes::theme))
        .load(conn)?;
    let groups: Vec<Slug> = wanted.target_groups.iter().cloned().collect();
    let target_groups = knowledge_item_target_groups::table
        .filter(knowledge_item_target_groups::target_group.eq_any(groups))
        .filter(knowledge_item_target_groups::item.eq_any(published()))
        .select((
            knowledge_item_target_groups::item,
            knowledge_item_target_groups::target_group,
        ))
        .load(conn)?;
    Ok((themes, target_groups))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn slug(text: &str) -> Slug {
        text.parse().unwrap()
    }

    fn id(number: u128) -> KnowledgeItemId {
        KnowledgeItemId(Uuid::from_u128(number))
    }

    fn wanted(themes: &[&str], target_groups: &[&str]) -> Wanted {
        Wanted {
            themes: themes.iter().map(|text| slug(text)).collect(),
            target_groups: target_groups.iter().map(|text| slug(text)).collect(),
        }
    }

    fn tags(rows: &[(u128, &str)]) -> Tags {
        rows.iter()
            .map(|(item, text)| (id(*item), slug(text)))
            .collect()
    }

    type Row<'a> = (
        &'a [(u128, &'a str)],
        &'a [(u128, &'a str)],
        &'a [(u128, usize)],
    );

    // mission: K4, T2
    #[test]
    fn items_are_ranked_by_what_they_share_and_ties_by_id() {
        let wanted = wanted(&["a", "b"], &["x"]);
        let table: &[Row<'_>] = &[
            (&[], &[], &[]),
            // Nothing in common is no suggestion.
            (&[(1, "c")], &[(1, "y")], &[]),
            (&[(2, "a")], &[(1, "x")], &[(2, 2), (1, 1)]),
            (&[(2, "a"), (1, "b")], &[], &[(1, 2), (2, 2)]),
            (
                &[(1, "a"), (2, "a"), (2, "b")],
                &[(1, "x")],
                &[(2, 4), (1, 3)],
            ),
            // A tag that is read twice counts once.
            (&[(1, "a"), (1, "a")], &[], &[(1, 2)]),
        ];
        for (themes, groups, expected) in table {
            let ranked = rank(&wanted, &tags(themes), &tags(groups), 10);
            let found: Vec<_> = ranked
                .iter()
                .map(|score| (score.item, score.total()))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(item, total)| (id(*item), *total))
                .collect();
            assert_eq!(found, expected, "{themes:?} {groups:?}");
        }
    }

    #[test]
    fn a_score_is_explained_in_both_languages() {
        let name_of = |slug: &Slug| BilingualText {
            nl: format!("nl-{slug}"),
            en: format!("en-{slug}"),
        };
        let score = |themes: &[&str], groups: &[&str]| Score {
            item: id(1),
            themes: themes.iter().map(|text| slug(text)).collect(),
            target_groups: groups.iter().map(|text| slug(text)).collect(),
        };
        for (score, nl, en) in [
            (
                score(&["a"], &[]),
                "Gaat ook over het thema nl-a (2 punten).",
                "Is also about the theme en-a (2 points).",
            ),
            (
                score(&[], &["x"]),
                "Gaat ook over de doelgroep nl-x (1 punt).",
                "Is also about the target group en-x (1 point).",
            ),
            (
                score(&["a", "b", "c"], &["x", "y"]),
                "Gaat ook over de thema's nl-a, nl-b en nl-c en over de doelgroepen nl-x en nl-y (8 punten).",
                "Is also about the themes en-a, en-b and en-c and about the target groups en-x and en-y (8 points).",
            ),
        ] {
            let explained = explain(&score, name_of);
            assert_eq!((explained.nl.as_str(), explained.en.as_str()), (nl, en));
        }
    }

    fn some_tags() -> impl Strategy<Value = Vec<(KnowledgeItemId, Slug)>> {
        let tag = (0_u128..6, "[a-e]").prop_map(|(item, text)| (id(item), slug(&text)));
        proptest::collection::vec(tag, 0..30)
    }

    fn some_slugs() -> impl Strategy<Value = BTreeSet<Slug>> {
        proptest::collection::btree_set("[a-e]".prop_map(|text| slug(&text)), 0..5)
    }

    proptest! {
        #[test]
        fn the_ranking_does_not_depend_on_the_order_of_reading(
            themes in some_tags(),
            groups in some_tags(),
            wanted_themes in some_slugs(),
            wanted_groups in some_slugs(),
            limit in 0_usize..8,
        ) {
            let wanted = Wanted { themes: wanted_themes, target_groups: wanted_groups };
            let ranked = rank(&wanted, &themes, &groups, limit);
            let mut turned = (themes.clone(), groups.clone());
            turned.0.reverse();
            turned.1.reverse();
            prop_assert_eq!(&ranked, &rank(&wanted, &turned.0, &turned.1, limit));
            prop_assert!(ranked.len() <= limit);
            for pair in ranked.windows(2) {
                let [one, other] = pair else { continue };
                prop_assert!((std::cmp::Reverse(one.total()), one.item) < (std::cmp::Reverse(other.total()), other.item));
            }
            for score in &ranked {
                prop_assert!(score.total() > 0);
                prop_assert!(score.themes.iter().all(|it| wanted.themes.contains(it) && themes.contains(&(score.item, it.clone()))));
                prop_assert!(score.target_groups.iter().all(|it| wanted.target_groups.contains(it) && groups.contains(&(score.item, it.clone()))));
            }
            // Whoever was left out by the limit has no more points than the last one shown.
            let all = rank(&wanted, &themes, &groups, usize::MAX);
            prop_assert_eq!(&all[..ranked.len()], &ranked[..]);
        }
    }
}
