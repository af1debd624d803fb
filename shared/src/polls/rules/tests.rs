//! One case per line: what is required, what was voted, what wins, and who blocks.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

/// Amsterdam, Utrecht and Rotterdam, by a letter.
fn code(letter: &str) -> MunicipalityCode {
    match letter {
        "a" => "GM0363",
        "u" => "GM0344",
        "r" => "GM0599",
        other => panic!("no municipality {other}"),
    }
    .parse()
    .unwrap()
}

fn codes(letters: &str) -> BTreeSet<MunicipalityCode> {
    letters.split_whitespace().map(code).collect()
}

/// `a+` is a yes of Amsterdam, `u?` an if need be of Utrecht, `r-` a no of Rotterdam, `au+` one of
/// somebody of both, and `+` a yes of somebody of the institute.
fn ballot(word: &str) -> Ballot {
    let (letters, sign) = word.split_at(word.len() - 1);
    Ballot {
        municipalities: letters
            .chars()
            .map(|letter| code(&letter.to_string()))
            .collect(),
        vote: match sign {
            "+" => Vote::Yes,
            "?" => Vote::IfNeedBe,
            "-" => Vote::No,
            other => panic!("no vote {other}"),
        },
    }
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Options a day apart, the first one tomorrow.
fn options(votes: &[&str]) -> Vec<OptionVotes> {
    let mut start = now();
    votes
        .iter()
        .map(|votes| {
            start += SignedDuration::from_hours(24);
            OptionVotes {
                option: PollOptionId::generate(),
                starts_at: start,
                ballots: votes.split_whitespace().map(ballot).collect(),
            }
        })
        .collect()
}

/// Of each option, who is missing and why: `a-` says no, `a0` has not voted, `a!` is not invited.
fn missing(count: &OptionCount) -> String {
    let words: Vec<String> = count
        .missing
        .iter()
        .map(|it| {
            let letter = ["a", "u", "r"]
                .into_iter()
                .find(|letter| code(letter) == it.municipality);
            let sign = match it.reason {
                MissingReason::SaysNo => "-",
                MissingReason::NotVoted => "0",
                MissingReason::NobodyInvited => "!",
            };
            format!("{}{sign}", letter.unwrap())
        })
        .collect();
    words.join(" ")
}

/// What is required, the votes per option, the option that wins, who is missing on each.
type Case = (
    &'static str,
    &'static [&'static str],
    Option<usize>,
    &'static [&'static str],
);

const CASES: &[Case] = &[
    // Most yes wins.
    ("a u", &["a+ u+", "a+ a+ u+"], Some(1), &["", ""]),
    // As many yes: the fewest if need be.
    ("a u", &["a+ u+ r?", "a+ u+ r-"], Some(1), &["", ""]),
    // As many of both: the earliest.
    ("a u", &["a+ u+", "u+ a+"], Some(0), &["", ""]),
    // A no of somebody counts for nothing else.
    ("a", &["a+ r- r- r-", "a?"], Some(0), &["", ""]),
    // The most yes of all does not win without a required municipality.
    ("a u", &["a+ a+ a+ a+ u-", "a? u?"], Some(1), &["u-", ""]),
    // If need be represents as well as yes.
    ("a u", &["a? u?"], Some(0), &[""]),
    // Somebody's no and a colleague's yes: represented.
    ("a", &["a- a+"], Some(0), &[""]),
    // Somebody's no and a colleague's if need be: represented.
    ("a", &["a- a?"], Some(0), &[""]),
    // Everybody of one municipality says no everywhere.
    ("a u", &["a+ u-", "a+ u- u-"], None, &["u-", "u-"]),
    // Nobody of one municipality voted.
    ("a u", &["a+", "a+"], None, &["u0", "u0"]),
    // One says no to the first, another to the second.
    ("a u", &["a- u+", "a+ u-"], None, &["a-", "u-"]),
    // Voted on one option only, as when another was added.
    ("a u", &["a+ u+", "a+"], Some(0), &["", "u0"]),
    // A required municipality of which nobody is invited any more.
    ("a r", &["a+", "a+"], None, &["r!", "r!"]),
    // Three reasons on one option, in the order of the codes.
    ("a u r", &["a-"], None, &["u0 a- r!"]),
    // Nothing required: most yes, whoever they are.
    ("", &["a+", "u+ +"], Some(1), &["", ""]),
    // Nothing required, and nobody could come.
    ("", &["a-", ""], None, &["", ""]),
    // Somebody of the institute represents no municipality.
    ("a", &["+ + +", "a?"], Some(1), &["a0", ""]),
    // Somebody who holds a role with two municipalities represents both.
    ("a u", &["au+", "a+"], Some(0), &["", "u0"]),
    // No votes at all.
    ("a u", &["", ""], None, &["u0 a0", "u0 a0"]),
    // One option is enough to win.
    ("a", &["a+"], Some(0), &[""]),
];

// mission: L9
#[test]
fn an_option_wins_only_with_every_required_municipality_and_the_blockers_are_named() {
    let invited = codes("a u");
    for (required, votes, wins, blockers) in CASES {
        let options = options(votes);
        let result = count(&codes(required), &invited, &options, now());
        let winner = wins.map(|at| options[at].option);
        let name = format!("{required}: {votes:?}: {}", result.explanation);
        assert_eq!(result.winner, winner, "{name}");
        let found: Vec<String> = result.options.iter().map(missing).collect();
        assert_eq!(found, *blockers, "{name}");
    }
}

#[test]
fn when_none_can_win_it_is_said_who_blocks_on_how_many_options() {
    let options = options(&["a+ u-", "a+", "a+ u-"]);
    let result = count(&codes("a u r"), &codes("a u"), &options, now());
    assert_eq!(
        result.explanation,
        "no option suits everybody who is needed: GM0344 says no on 2 of 3, \
         GM0344 has not voted on 1 of 3, GM0599 has nobody invited on 3 of 3"
    );
    assert_eq!(
        result.options[0].explanation,
        "1 yes, 0 if need be, 1 no; GM0344 says no, GM0599 has nobody invited"
    );
}

#[test]
fn an_option_that_has_begun_cannot_win() {
    let options = options(&["a+ a+", "a+"]);
    let later = options[0].starts_at;
    let result = count(&codes("a"), &codes("a"), &options, later);
    assert_eq!(result.winner, Some(options[1].option));
    assert!(!result.options[0].possible);
    assert_eq!(
        result.explanation,
        "wins: 1 yes, 0 if need be, 0 no; every required municipality is represented"
    );
}

#[test]
fn a_tie_at_one_instant_goes_to_the_lower_id() {
    let mut options = options(&["a+", "a+"]);
    options[1].starts_at = options[0].starts_at;
    let result = count(&codes("a"), &codes("a"), &options, now());
    assert_eq!(result.winner, Some(options[0].option));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    // mission: L9
    #[test]
    fn a_winner_has_everybody_who_is_required_and_no_possible_option_has_more_yes(
        votes in prop::collection::vec(prop::collection::vec((0_usize..3, 0_usize..3), 0..6), 1..6),
    ) {
        let words: Vec<String> = votes.iter().map(|ballots| {
            let words = ballots.iter().map(|(who, what)| format!("{}{}", ["a", "u", "r"][*who], ["+", "?", "-"][*what]));
            words.collect::<Vec<_>>().join(" ")
        }).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let options = options(&words);
        let required = codes("a u");
        let result = count(&required, &codes("a u r"), &options, now());
        let mut reversed = options.clone();
        reversed.reverse();
        prop_assert_eq!(&count(&required, &codes("a u r"), &reversed, now()), &result);
        for option in &result.options {
            prop_assert_eq!(option.possible, option.missing.is_empty());
            let Some(winner) = result.options.iter().find(|it| Some(it.option) == result.winner) else {
                prop_assert!(!option.possible);
                continue;
            };
            prop_assert!(winner.possible && (!option.possible || option.yes <= winner.yes));
        }
    }
}
