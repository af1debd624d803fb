//! The app: one list of mounts, from which both the routes and the document come.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::body::BoxBody;
use actix_web::dev::{ResourceDef, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;

use crate::middleware::{cors, envelope};
use crate::mounts::Mounts;
use crate::problem::{Problem, pages};
use crate::state::AppState;
use crate::{
    assessments, audit, auth, calendars, candidacies, candidacy_decisions, clients, cohorts,
    consents, decisions, deliveries, digest, docs_page, document, events, glossary, health,
    identity_links, inbound_mail, intakes, knowledge, learning_groups, me, meetings, members,
    municipalities, networks, nominations, oauth, offers, organisations, people, polls, programmes,
    reference, reminders, reviews, series, theme_rounds, trajectories,
};

/// Where the API lives. It is in `servers` of the document, and not in its paths.
pub const BASE: &str = "/v1";

/// Every operation of the API, without its base path. A feature adds its `routes` here.
///
/// Actix tries them in turn: what is called most comes first. Thirty paths with a parameter before
/// it cost `GET /intakes/{id}` a twentieth of its time.
fn operations(mounts: &mut Mounts<'_>) {
    mounts
        .configure(intakes::routes)
        .service(document::get_openapi)
        .service(glossary::get_glossary)
        .service(oauth::create_token)
        .service(me::get_me)
        .service(me::link_identity)
        .service(identity_links::create_identity_link)
        .configure(clients::routes)
        .configure(programmes::routes)
        .configure(reference::routes)
        .configure(municipalities::routes)
        .configure(organisations::routes)
        .configure(people::routes)
        .configure(assessments::routes)
        .configure(decisions::routes)
        .configure(meetings::routes)
        .configure(polls::routes)
        .configure(series::routes)
        .configure(reminders::routes)
        .configure(calendars::routes)
        .configure(knowledge::routes)
        .configure(offers::routes)
        .configure(trajectories::routes)
        .configure(networks::routes)
        .configure(learning_groups::routes)
        .configure(nominations::routes)
        .configure(candidacies::routes)
        .configure(consents::routes)
        .configure(reviews::routes)
        .configure(candidacy_decisions::routes)
        .configure(cohorts::routes)
        .configure(members::routes)
        .configure(theme_rounds::routes)
        .configure(digest::routes)
        .configure(deliveries::routes)
        .configure(inbound_mail::routes)
        .configure(events::routes)
        .configure(audit::routes);
}

/// What lives outside the API: probes and pages.
fn pages_and_probes(mounts: &mut Mounts<'_>) {
    mounts
        .service(health::live)
        .service(health::ready)
        .service(pages::problem_list)
        .service(pages::problem_page)
        .service(docs_page::docs)
        .service(docs_page::docs_file)
        .configure(crate::pages::routes)
        .service(oauth::list_token_keys)
        .service(oauth::get_issuer_metadata);
}

/// Pages for development; they are no part of the document.
fn dev_mailbox(config: &mut web::ServiceConfig) {
    #[cfg(feature = "embedded-worker")]
    config.configure(crate::dev_mail::routes);
    #[cfg(not(feature = "embedded-worker"))]
    let _ = config;
}

/// The whole app, as the server and the tests run it.
pub fn build_app(
    state: AppState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let cors = cors::layer(&state.settings.http);
    App::new()
        .app_data(web::Data::new(state))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .service(web::scope(BASE).configure(|config| operations(&mut Mounts::as_routes(config))))
        .configure(|config| pages_and_probes(&mut Mounts::as_routes(config)))
        .configure(dev_mailbox)
        .default_service(web::to(elsewhere))
        .wrap(from_fn(auth::identify))
        .wrap(cors)
        .wrap(from_fn(envelope::wrap))
}

/// Routes and schemas, as mounted.
pub(crate) fn mounted() -> OpenApi {
    let mut document = OpenApi::default();
    operations(&mut Mounts::as_document(BASE, &mut document));
    pages_and_probes(&mut Mounts::as_document("", &mut document));
    document
}

/// A path and the methods it knows.
struct Route {
    pattern: ResourceDef,
    parameters: usize,
    methods: BTreeSet<&'static str>,
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let document = mounted();
    let mut routes: Vec<Route> = document
        .paths
        .paths
        .iter()
        .map(|(path, item)| Route {
            pattern: ResourceDef::new(path.as_str()),
            parameters: path.matches('{').count(),
            methods: methods(item),
        })
        .collect();
    routes.sort_by_key(|route| route.parameters);
    routes
});

fn methods(item: &utoipa::openapi::PathItem) -> BTreeSet<&'static str> {
    let mut methods: BTreeSet<&'static str> = [
        ("DELETE", &item.delete),
        ("GET", &item.get),
        ("PATCH", &item.patch),
        ("POST", &item.post),
        ("PUT", &item.put),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|_| method))
    .collect();
    if methods.contains("GET") {
        methods.insert("HEAD");
    }
    methods.insert("OPTIONS");
    methods
}

/// What no route took: an unknown path, or a known one with another method.
async fn elsewhere(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let route = ROUTES
        .iter()
        .find(|route| route.pattern.is_match(req.path()))
        .ok_or_else(Problem::not_found)?;
    let methods: Vec<&str> = route.methods.iter().copied().collect();
    let allow =
        HeaderValue::from_str(&methods.join(", ")).map_err(|error| Problem::internal(&error))?;
    if req.method() == Method::OPTIONS {
        Ok(HttpResponse::NoContent()
            .insert_header((ALLOW, allow))
            .finish())
    } else {
        Err(Problem::method_not_allowed(allow))
    }
}
