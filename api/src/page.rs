//! Lists: `limit` and an opaque `cursor` in, a page with its neighbours out.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::LINK;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use koplopers_shared::paging::{PageSpec, Paged, Position, Seek};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::problem::{Problem, kinds};
use crate::query;
use crate::reply::{self, Reply, StoredResponse};

/// The size of a page unless asked otherwise.
pub const DEFAULT_LIMIT: u16 = 25;

/// The keys of every list: name it in `params(…)` next to the list's own filter.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PageParams {
    /// How many items at most; 25 unless given.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<u16>,
    /// Where to go on: `page.next` or `page.prev` of an earlier answer to the same query.
    #[param(min_length = 1, max_length = 400)]
    pub cursor: Option<String>,
}

/// A key that a list can be ordered by, as text in a cursor.
pub trait Keyset: Sized {
    /// The key as text.
    fn to_text(&self) -> String;
    /// The key in a text.
    fn from_text(text: &str) -> Option<Self>;
}

impl Keyset for Position {
    fn to_text(&self) -> String {
        format!("{}.{}", self.at.as_microsecond(), self.id.simple())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: Timestamp::from_microsecond(at.parse().ok()?).ok()?,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

/// For lists by a unique text, such as municipalities by code.
impl Keyset for String {
    fn to_text(&self) -> String {
        self.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// For lists by a number, such as events by their sequence.
impl Keyset for i64 {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The extractor of a list: its filter `F` and the page asked for.
///
/// `F` derives `Deserialize` and `IntoParams` as for [`query::Query`]; `limit` and `cursor` are
/// read here. A cursor holds for the same path and filter only (security: 35).
#[derive(Debug)]
pub struct List<F, K = Position> {
    /// What the list is narrowed to.
    pub filter: F,
    /// Which page.
    pub page: PageSpec<K>,
    links: Links,
}

/// A list without a filter.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoFilter {}

/// What is needed to point at the neighbours of a page.
#[derive(Debug, Clone)]
pub struct Links {
    path: String,
    filter: Vec<(String, String)>,
    list: [u8; TAG],
    limit: u16,
}

/// Bytes of the digest that ties a cursor to its list.
const TAG: usize = 8;
const OWN_KEYS: [&str; 2] = ["limit", "cursor"];

impl<F, K> FromRequest for List<F, K>
where
    F: DeserializeOwned + IntoParams + 'static,
    K: Keyset + 'static,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.path(), req.query_string()))
    }
}

fn read<F, K>(path: &str, query: &str) -> Result<List<F, K>, Problem>
where
    F: DeserializeOwned + IntoParams + 'static,
    K: Keyset,
{
    let all = query::pairs(query);
    let own = only_own_keys(&all);
    let filter = query::parse::<F>(query, &OWN_KEYS);
    let own = query::parse::<PageParams>(&own, &[]);
    let (filter, own) = match (filter, own) {
        (Ok(filter), Ok(own)) => (filter, own),
        (Err(filter), Err(own)) => return Err(filter.and(own)),
        (Err(problem), Ok(_)) | (Ok(_), Err(problem)) => return Err(problem),
    };
    let mut pairs: Vec<(String, String)> = all
        .into_iter()
        .filter(|(key, _)| !OWN_KEYS.contains(&key.as_str()))
        .collect();
    pairs.sort();
    let limit = own.limit.unwrap_or(DEFAULT_LIMIT);
    let links = Links {
        list: list_tag(path, &pairs),
        path: path.to_owned(),
        filter: pairs,
        limit,
    };
    let seek = match own.cursor {
        None => Seek::Start,
        Some(cursor) => links
            .open(&cursor)
            .ok_or_else(|| Problem::of(&kinds::INVALID_CURSOR))?,
    };
    Ok(List {
        filter,
        page: PageSpec { limit, seek },
        links,
    })
}

fn only_own_keys(all: &[(String, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in all {
        if OWN_KEYS.contains(&key.as_str()) {
            query.append_pair(key, value);
        }
    }
    query.finish()
}

fn list_tag(path: &str, filter: &[(String, String)]) -> [u8; TAG] {
    let mut input = path.to_owned();
    for (key, value) in filter {
        input.push('\n');
        input.push_str(key);
        input.push('\0');
        input.push_str(value);
    }
    short_digest(input.as_bytes())
}

fn short_digest(input: &[u8]) -> [u8; TAG] {
    let digest = digest::digest(&digest::SHA256, input);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&digest.as_ref()[..TAG]);
    tag
}

impl Links {
    /// A cursor: a check on list and content, then `>` or `<` and the key.
    fn seal(&self, direction: char, key: &str) -> String {
        let content = format!("{direction}{key}");
        let mut bytes = self.tag(&content).to_vec();
        bytes.extend_from_slice(content.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open<K: Keyset>(&self, cursor: &str) -> Option<Seek<K>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, content) = bytes.split_at_checked(TAG)?;
        let content = std::str::from_utf8(content).ok()?;
        if tag != self.tag(content) {
            return None;
        }
        match content.split_at_checked(1)? {
            (">", key) => K::from_text(key).map(Seek::After),
            ("<", key) => K::from_text(key).map(Seek::Before),
            _ => None,
        }
    }

    fn tag(&self, content: &str) -> [u8; TAG] {
        let mut input = self.list.to_vec();
        input.extend_from_slice(content.as_bytes());
        short_digest(&input)
    }

    fn url(&self, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filter);
        query.append_pair("limit", &self.limit.to_string());
        query.append_pair("cursor", cursor);
        format!("{}?{}", self.path, query.finish())
    }

    /// The answer to a list.
    #[must_use]
    pub fn answer<T: Serialize, K: Keyset>(
        &self,
        page: Paged<T, K>,
        count: Option<i64>,
    ) -> HttpResponse {
        reply::send(self.reply(page, count))
    }

    /// The same as text, to be made where the page is read: rows that one thread made and another
    /// freed cost a list on PostgreSQL some 8% of its time.
    #[must_use]
    pub fn reply<T: Serialize, K: Keyset>(
        &self,
        page: Paged<T, K>,
        count: Option<i64>,
    ) -> StoredResponse {
        let next = page.next.map(|key| self.seal('>', &key.to_text()));
        let prev = page.prev.map(|key| self.seal('<', &key.to_text()));
        let links: Vec<String> = [("next", &next), ("prev", &prev)]
            .into_iter()
            .filter_map(|(rel, cursor)| {
                let cursor = cursor.as_ref()?;
                Some(format!("<{}>; rel=\"{rel}\"", self.url(cursor)))
            })
            .collect();
        let mut reply = Reply::plain(&ListBody {
            items: page.items,
            page: PageInfo {
                next,
                prev,
                limit: self.limit,
                count,
            },
        });
        if !links.is_empty() {
            reply
                .headers
                .push((LINK.as_str().to_owned(), links.join(", ")));
        }
        reply
    }
}

impl<F, K: Keyset> List<F, K> {
    /// The answer with the items of `page`, each turned into a view.
    #[must_use]
    pub fn answer<T: Serialize>(&self, page: Paged<T, K>) -> HttpResponse {
        self.links.answer(page, None)
    }

    /// The parts, for a handler that moves filter and page into a closure.
    #[must_use]
    pub fn into_parts(self) -> (F, PageSpec<K>, Links) {
        (self.filter, self.page, self.links)
    }
}

/// The body of a list. In the document, name it as `body = ListBody<IntakeView>`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListBody<T> {
    /// The items of this page, in the order of the list.
    pub items: Vec<T>,
    /// Its place in the list.
    pub page: PageInfo,
}

/// A page's place in its list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    /// The cursor of the next page; null on the last one.
    pub next: Option<String>,
    /// The cursor of the previous page; null on the first one.
    pub prev: Option<String>,
    /// The most items that a page holds.
    #[schema(example = 25)]
    pub limit: u16,
    /// How many items there are in all; only where `count=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub count: Option<i64>,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use super::*;

    #[derive(Debug, Deserialize, IntoParams)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[into_params(parameter_in = Query, rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the keys are tested")]
    struct Filter {
        #[param(max_length = 20)]
        status: Option<String>,
    }

    fn list(path: &str, query: &str) -> Result<List<Filter>, Problem> {
        read(path, query)
    }

    fn position(n: i64) -> Position {
        Position {
            at: Timestamp::from_microsecond(n).unwrap(),
            id: Uuid::from_u128(7),
        }
    }

    #[test]
    fn a_cursor_reads_back_on_its_own_list() {
        let first = list("/v1/intakes", "status=draft&limit=2").unwrap();
        assert_eq!(first.page, PageSpec::first(2));
        let cursor = first.links.seal('>', &position(-5).to_text());
        let second = list("/v1/intakes", &format!("cursor={cursor}&status=draft")).unwrap();
        assert_eq!(second.page.seek, Seek::After(position(-5)));
        assert_eq!(second.page.limit, DEFAULT_LIMIT);
    }

    // security: 35
    #[test]
    fn a_cursor_of_another_list_or_filter_or_hand_is_refused() {
        let links = list("/v1/intakes", "status=draft").unwrap().links;
        let cursor = links.seal('>', &position(5).to_text());
        let mut changed = cursor.clone();
        changed.replace_range(12..13, if &changed[12..13] == "A" { "B" } else { "A" });
        for (path, query) in [
            ("/v1/meetings", format!("status=draft&cursor={cursor}")),
            ("/v1/intakes", format!("status=open&cursor={cursor}")),
            ("/v1/intakes", format!("cursor={cursor}")),
            ("/v1/intakes", format!("status=draft&cursor={changed}")),
            ("/v1/intakes", "status=draft&cursor=AAAA".to_owned()),
        ] {
            let problem = list(path, &query).expect_err("refused");
            assert_eq!(problem.kind().code, "invalid-cursor", "{path}?{query}");
        }
    }

    // security: 44
    #[test]
    fn the_page_size_is_capped_and_all_keys_are_judged_at_once() {
        let problem = list("/v1/intakes", "limit=101&stauts=draft").expect_err("refused");
        let names: Vec<String> = problem.body()["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|param| param["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["stauts", "limit"]);
        for limit in ["0", "-1", "many", "70000"] {
            assert!(list("/v1/intakes", &format!("limit={limit}")).is_err());
        }
    }
}
