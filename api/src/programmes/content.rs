//! The content of a programme as a body. Its schema is written out in `content.schema.json`,
//! since the structs belong to the catalogue, which knows nothing of this document; a test holds
//! the two together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use koplopers_shared::catalogue::ProgrammeContent;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::words::{
    CoFundingBaseWord, MeetingKindWord, MunicipalBodyWord, PartyKindWord, PersonRoleWord,
    PlanUnitWord, RoundsRuleWord, StandingCriterionWord, SupportKindWord, TalkKindWord,
};

/// The content of a programme.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgrammeContentBody(pub ProgrammeContent);

const NAME: &str = "ProgrammeContent";

type Schemas = BTreeMap<String, RefOr<Schema>>;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    serde_json::from_str(include_str!("content.schema.json")).unwrap_or_else(|error| {
        tracing::error!(%error, "the schema of programme contents cannot be read");
        Schemas::new()
    })
});

impl PartialSchema for ProgrammeContentBody {
    fn schema() -> RefOr<Schema> {
        let empty = || RefOr::T(Schema::Object(Object::default()));
        SCHEMAS.get(NAME).cloned().unwrap_or_else(empty)
    }
}

impl ToSchema for ProgrammeContentBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(NAME)
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let parts = SCHEMAS.iter().filter(|(name, _)| *name != NAME);
        schemas.extend(parts.map(|(name, schema)| (name.clone(), schema.clone())));
        macro_rules! words {
            ($($word:ty),+) => {$(
                schemas.push((<$word>::name().into_owned(), <$word>::schema()));
            )+};
        }
        words!(
            CoFundingBaseWord,
            MeetingKindWord,
            MunicipalBodyWord,
            PartyKindWord,
            PersonRoleWord,
            PlanUnitWord,
            RoundsRuleWord,
            StandingCriterionWord,
            SupportKindWord,
            TalkKindWord
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use koplopers_shared::catalogue::shipped_programmes;
    use serde_json::{Value, json};

    use super::*;
    use crate::body;

    fn shipped() -> Vec<Value> {
        shipped_programmes()
            .iter()
            .map(|content| serde_json::to_value(content).unwrap())
            .collect()
    }

    // mission: P1
    #[test]
    fn every_shipped_programme_holds_to_the_schema() {
        for content in shipped() {
            let bytes = content.to_string();
            let read = body::parse::<ProgrammeContentBody>(bytes.as_bytes());
            let read = read.map_err(|problem| problem.body()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), content);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let mut content = shipped().remove(0);
        content["talkKind"] = json!("chat");
        content["criteria"][0]["required"] = json!("yes");
        content["surprise"] = json!(1);
        content.as_object_mut().unwrap().remove("questions");
        let problem = body::parse::<ProgrammeContentBody>(content.to_string().as_bytes())
            .expect_err("refused");
        let body = problem.body();
        let mut names: Vec<&str> = body["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|param| param["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "/criteria/0/required",
                "/questions",
                "/surprise",
                "/talkKind"
            ]
        );
    }
}
