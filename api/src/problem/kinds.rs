//! Every kind of problem there is. A feature adds its own at the end, and `/problems/{code}`
//! and the document follow.

use actix_web::http::StatusCode;

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The word to branch on, and the last part of the `type`.
    pub code: &'static str,
    /// The status it comes with.
    pub status: StatusCode,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it means and what to do next, for the page at `/problems/{code}`.
    pub explanation: &'static str,
}

/// Defines each kind once: a constant, and its place in [`ALL`].
macro_rules! kinds {
    ($($name:ident: $status:ident $code:literal $title:literal, $explanation:literal;)+) => {
        $(
            #[doc = $title]
            pub const $name: Kind = Kind {
                code: $code,
                status: StatusCode::$status,
                title: $title,
                explanation: $explanation,
            };
        )+

        /// Every kind, in the order of this file.
        pub const ALL: &[&Kind] = &[$(&$name),+];
    };
}

kinds! {
    // The framework's own, one per status.
    BAD_REQUEST: BAD_REQUEST "bad-request" "The request cannot be read",
        "Something in the request is not as HTTP or this API wants it. `detail` says what.";
    VALIDATION_FAILED: BAD_REQUEST "validation-failed" "The request has fields that are not valid",
        "`invalidParams` names every field or query key that is wrong, all at once. Mend them and send the request again.";
    INVALID_JSON: BAD_REQUEST "invalid-json" "The body is not the JSON it should be",
        "The body must be one JSON value in UTF-8: at most 32 levels deep, each key once, nothing after it.";
    INVALID_CURSOR: BAD_REQUEST "invalid-cursor" "The cursor does not belong to this list",
        "A cursor is good for the list and the filters it was given with. Start again without one.";
    INVALID_IDEMPOTENCY_KEY: BAD_REQUEST "invalid-idempotency-key" "The Idempotency-Key cannot be used",
        "Send one header of 1 to 255 visible ASCII characters; a UUID does well.";
    INVALID_PRECONDITION: BAD_REQUEST "invalid-precondition" "The If-Match header cannot be used",
        "Send the one ETag that you last read, or `*`.";
    UNAUTHORIZED: UNAUTHORIZED "unauthorized" "Valid credentials are needed",
        "Send `Authorization: Bearer` with a token that is valid now, once, in the header. Every cause gets this same answer.";
    FORBIDDEN: FORBIDDEN "forbidden" "This caller may not do this",
        "The credentials are good, but lack a scope that the operation needs.";
    PERSON_REQUIRED: FORBIDDEN "person-required" "This takes a person",
        "Only a person whose login is linked can do this; a machine cannot.";
    NOT_FOUND: NOT_FOUND "not-found" "There is nothing here for this caller",
        "The thing does not exist, or belongs to somebody else. Look at the id and at the path.";
    METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED "method-not-allowed" "The resource does not know this method",
        "`Allow` lists the methods it does know.";
    NOT_ACCEPTABLE: NOT_ACCEPTABLE "not-acceptable" "Nothing here is in a form you accept",
        "Ask for `application/json`, or leave `Accept` out.";
    REQUEST_TIMEOUT: REQUEST_TIMEOUT "request-timeout" "The request took too long to arrive",
        "The body did not arrive in time. Send it again on a better connection.";
    CONFLICT: CONFLICT "conflict" "This clashes with what there is",
        "Read the thing again and decide anew.";
    INVALID_TRANSITION: CONFLICT "invalid-transition" "The state does not allow this",
        "`currentStatus` is the state it is in and `allowedActions` is what can be done from there.";
    ALREADY_EXISTS: CONFLICT "already-exists" "It exists already",
        "Something else has the value that must be unique.";
    REQUEST_IN_PROGRESS: CONFLICT "request-in-progress" "The first request with this key is still running",
        "Wait a moment and send the request again with the same key.";
    STALE: PRECONDITION_FAILED "stale" "It was changed in the meantime",
        "The ETag in `If-Match` is no longer the current one. Read it again, look at what changed, and decide anew.";
    BODY_TOO_LARGE: PAYLOAD_TOO_LARGE "body-too-large" "The body is too large",
        "A body holds at most 256 kB, and a file to import 2 MB and 500 rows.";
    UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body is not in a form that is read here",
        "Send JSON in UTF-8 with `Content-Type: application/json`, not compressed.";
    IDEMPOTENCY_KEY_REUSED: UNPROCESSABLE_ENTITY "idempotency-key-reused" "The Idempotency-Key was used for another request",
        "A key belongs to one request. Use a new key for another body.";
    PRECONDITION_REQUIRED: PRECONDITION_REQUIRED "precondition-required" "An If-Match header is needed",
        "Read the thing and send its ETag in `If-Match`, so that nobody's change is overwritten unseen.";
    TOO_MANY_REQUESTS: TOO_MANY_REQUESTS "too-many-requests" "Too many requests",
        "Wait for the seconds in `Retry-After`.";
    HEADERS_TOO_LARGE: REQUEST_HEADER_FIELDS_TOO_LARGE "headers-too-large" "The headers are too large",
        "Send fewer or shorter headers.";
    INTERNAL: INTERNAL_SERVER_ERROR "internal" "Something went wrong on our side",
        "It is in our log under the request id in `instance`. Sending the request again may help; tell us when it does not.";
    BUSY: SERVICE_UNAVAILABLE "busy" "Too busy at this moment",
        "Nothing was changed. Wait for the seconds in `Retry-After` and send the request again.";
    DATABASE_UNREACHABLE: SERVICE_UNAVAILABLE "database-unreachable" "The database is out of reach",
        "Nothing was changed. Wait for the seconds in `Retry-After` and send the request again.";
    STORAGE_FULL: SERVICE_UNAVAILABLE "storage-full" "There is no room to write",
        "Nothing was changed. Reading goes on; writing will again when room has been made.";
    DEADLINE_EXCEEDED: SERVICE_UNAVAILABLE "deadline-exceeded" "The answer took too long",
        "What was asked may still have been done: send the request again with the same `Idempotency-Key`, or read it back.";
    KEYS_UNREACHABLE: SERVICE_UNAVAILABLE "keys-unreachable" "The keys of the token's issuer are out of reach",
        "The token cannot be checked now. Wait for the seconds in `Retry-After`.";
    // Below, each feature's own.
    PROGRAMME_CLOSED: CONFLICT "programme-closed" "The programme takes no intakes now",
        "Look at `open` of the programme, or ask its contact persons when it opens again.";
    ROUND_CLOSED: CONFLICT "round-closed" "No round is open for this intake",
        "The programme takes intakes in rounds only. `/programmes/{slug}/rounds` tells when the next one opens.";
    OPEN_INTAKE_EXISTS: CONFLICT "open-intake-exists" "There is an open intake already",
        "A municipality has one open intake per programme and round. Go on with that one, or withdraw it first.";
    INTAKE_INCOMPLETE: CONFLICT "intake-incomplete" "The intake is not complete yet",
        "`invalidParams` names everything that is missing, all at once. Change the draft and send it in again.";
    INTAKE_NOT_MATCHED: CONFLICT "intake-not-matched" "Only a matched intake gets an offer",
        "`currentStatus` is the state of the intake. An offer follows on a match and on nothing else.";
    OFFER_INCOMPLETE: CONFLICT "offer-incomplete" "The offer cannot be sent yet",
        "`invalidParams` names everything that is missing, all at once. Change the draft, or the intake's sponsor, and send it again.";
    OWN_CONTRIBUTION_TOO_LOW: CONFLICT "own-contribution-too-low" "The municipality pays too small a share",
        "`sum` is what it would pay and `base` the cost that counts, in cents; `percent` is the least share. Change the own contribution of the blocks that count.";
    OFFER_ALREADY_ACCEPTED: CONFLICT "offer-already-accepted" "An offer was accepted already",
        "The intake has an accepted offer: start its trajectory.";
    POSSIBLE_BSN: BAD_REQUEST "possible-bsn" "A text may hold a citizen service number (BSN)",
        "`invalidParams` names each text with a number of nine digits that passes the check of the BSN. Take it out: nothing about a person in a case belongs here. When it is another number, send `containsNoBsn: true` with the body.";
    MUNICIPALITY_ENDED: CONFLICT "municipality-ended" "The municipality was merged or split",
        "`successors` lists what came in its place: send the intake in the name of one of those.";
    ANSWERS_CLOSED: CONFLICT "answers-closed" "Answers are closed",
        "The meeting has started, or is no longer to be held. The organiser can be reached by answering the mail.";
    TOO_MANY_CALENDARS: CONFLICT "too-many-calendars" "A person follows at most 50 calendars",
        "Delete one that is no longer looked at, and try again.";
    DELIVERY_PAST: CONFLICT "delivery-past" "The time of the mail has passed",
        "`expiredAt` says when it did. Whoever got it now would be told something stale: it can be dropped.";
    ALREADY_SUPPRESSED: CONFLICT "already-suppressed" "Nothing is sent to this address already",
        "`POST /suppressions/_search` finds why and since when.";
    MAIL_BROKEN: CONFLICT "mail-broken" "The mail cannot be written",
        "`detail` says what it lacks. A worker fails at it, too: mend that, or drop the delivery.";
    TOO_MANY_REMINDER_RULES: CONFLICT "too-many-reminder-rules" "There are at most 10 reminder rules of one reach",
        "Delete or replace one that is there already: more reminders of one meeting help nobody.";
    MEETING_STARTED: CONFLICT "meeting-started" "The meeting has started",
        "`startedAt` says when it did. Nobody can be told in time any more: record what came of it, or plan another meeting.";
    MEETING_NOT_STARTED: CONFLICT "meeting-not-started" "The meeting has not started yet",
        "`startsAt` says when it does. Whether it took place can be said from then on; until then it can be called off.";
    INTAKE_WENT_ON: CONFLICT "intake-went-on" "The intake has gone on since its talk",
        "What came of a talk can be corrected until its intake is being assessed.";
    TALK_NOT_HELD: CONFLICT "talk-not-held" "The talk of the intake was not held",
        "An assessment starts after the talk. Record at `/meetings/{id}/outcome` that it was held, and start again.";
    MATCH_HINDERED: CONFLICT "match-hindered" "Something hinders the match",
        "`hinders` names every required criterion that is not met or not known, and every hard requirement that does not hold. `GET /intakes/{id}/assessment` explains each.";
    DECISION_PREPARED: CONFLICT "decision-prepared" "A decision is prepared already",
        "Release it, or take it back before you prepare another.";
    RELEASE_HINDERED: CONFLICT "release-hindered" "Decisions of the round cannot be released",
        "Nothing was released. `intakes` names each intake with what hinders it: mend that, or take its decision back, and release again.";
    ITEM_NOT_PUBLISHED: CONFLICT "item-not-published" "A knowledge item is not published",
        "`invalidParams` names every item that is a draft or was retired. Publish it, or take another one.";
    LOGIN_REQUIRED: FORBIDDEN "login-required" "This takes a login at an outside provider",
        "Only a person who logged in at the provider of this installation can do this. Log in there and send that token.";
    OFFER_NOT_ACCEPTED: CONFLICT "offer-not-accepted" "No offer of the intake was accepted",
        "A trajectory starts from an accepted offer. Send one, and start when the sponsor has accepted it.";
    THEME_ROUND_OVER: CONFLICT "theme-round-over" "The theme round has ended",
        "`closesOn` was the last day on which members proposed and voted. The ranking is frozen when the round closes.";
    PERSON_NEEDED: CONFLICT "person-needed" "Open intakes need this person",
        "`intakes` names each open intake with the part that the person has in it. Name somebody else as its contact person or sponsor, or close it, and erase again.";
    END_PRODUCT_OWED: CONFLICT "end-product-owed" "The end product was not handed in",
        "The programme asks for a knowledge product, for which `dueOn` is the last day. Say what it is at `/trajectories/{id}/end-product`, then complete.";
    CANDIDATE_WITHOUT_EMPLOYER: CONFLICT "candidate-without-employer" "The candidate has no employer to ask",
        "Say for whom the candidate works, or record at `/candidacies/{id}/consent/exemption` why there is nobody to ask.";
    CANDIDATE_HAS_EMPLOYER: CONFLICT "candidate-has-employer" "The candidate has an employer to ask",
        "Only a candidate without an employer needs no consent: ask the highest executive at `/candidacies/{id}/consent`.";
    GIVER_REFUSED_BEFORE: CONFLICT "giver-refused-before" "This executive refused before",
        "Ask another one, or say in `reason` why this one is asked again.";
    CONSENT_OPEN: CONFLICT "consent-open" "A request for consent is open already",
        "An executive is asked about this person already. Wait for the answer, or ask another one in their place.";
    CONSENT_EXPIRED: CONFLICT "consent-expired" "The time to answer is over",
        "Ask for consent again.";
    CONFLICT_OF_INTEREST: CONFLICT "conflict-of-interest" "A reviewer has a stake in the candidacy",
        "`conflicts` names who, and why: `is-candidate`, `is-nominator`, or `same-employer`. Ask somebody else to review it.";
    REVIEWS_COMPLETE: CONFLICT "reviews-complete" "All reviews are in",
        "Everybody has seen what the others think, so that a judgement stays as it is.";
    REVIEW_HANDED_IN: CONFLICT "review-handed-in" "The review was handed in",
        "What a reviewer said is not made unsaid: assign another one next to them.";
    CANDIDATE_WITHOUT_ADDRESS: CONFLICT "candidate-without-address" "The candidate cannot be told by mail",
        "There is no address of the candidate that takes mail. Tell them in another way and say at `/candidacies/{id}/notice` how, or give the person an address. Nobody is asked for consent before the candidate knows.";
    INVITE_HINDERED: CONFLICT "invite-hindered" "Something hinders the invitation",
        "`hinders` names everything: `reviews-missing` with how many were handed in and how many are needed, `cohort-missing`, `no-email`. Mend that, and decide again.";
    COHORT_RELEASE_HINDERED: CONFLICT "cohort-release-hindered" "Decisions of the cohort cannot be released",
        "Nothing was released. `candidacies` names each candidacy with what hinders it: mend that, or take its decision back, and release again.";
    NOBODY_INVITED: CONFLICT "nobody-invited" "Nobody could vote",
        "Put invitees on the list of the draft first, at `/meetings/{id}/changes`.";
    DATE_POLL_OVER: CONFLICT "date-poll-over" "The date poll has ended",
        "No vote counts after its end. The organiser may give it another one.";
    MUNICIPALITIES_MISSING: CONFLICT "municipalities-missing" "Required municipalities are not represented",
        "`missing` names each municipality that the meeting needs, and why nobody of it comes: `says_no`, `not_voted` or `nobody_invited`. Choose another option, wait for votes, or change at `PATCH /meetings/{id}/poll` which municipalities are required.";
}

/// The kind with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.code == code)
}

/// The general kind for a status of the framework's own making.
#[must_use]
pub fn for_status(status: StatusCode) -> &'static Kind {
    match status {
        StatusCode::UNAUTHORIZED => &UNAUTHORIZED,
        StatusCode::FORBIDDEN => &FORBIDDEN,
        StatusCode::NOT_FOUND => &NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => &METHOD_NOT_ALLOWED,
        StatusCode::NOT_ACCEPTABLE => &NOT_ACCEPTABLE,
        StatusCode::REQUEST_TIMEOUT => &REQUEST_TIMEOUT,
        StatusCode::CONFLICT => &CONFLICT,
        StatusCode::PRECONDITION_FAILED => &STALE,
        StatusCode::PAYLOAD_TOO_LARGE => &BODY_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &UNSUPPORTED_MEDIA_TYPE,
        StatusCode::TOO_MANY_REQUESTS => &TOO_MANY_REQUESTS,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => &HEADERS_TOO_LARGE,
        StatusCode::SERVICE_UNAVAILABLE => &BUSY,
        status if status.is_client_error() => &BAD_REQUEST,
        _ => &INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_unique_kebab_case_and_explained() {
        let mut seen = HashSet::new();
        for kind in ALL {
            assert!(seen.insert(kind.code), "{} twice", kind.code);
            assert!(
                kind.code
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '-'),
                "{}",
                kind.code
            );
            assert!(kind.explanation.ends_with('.'), "{}", kind.code);
            assert!(kind.status.as_u16() >= 400, "{}", kind.code);
        }
    }
}
