//! One list of mounts, gone through for the routes and, apart from that, for the document.
//!
//! Every thread of the server needs the routes. Describing all operations takes tens of megabytes
//! for a moment, and the document is made once.

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

/// What a feature adds its operations to.
pub struct Mounts<'a>(Purpose<'a>);

enum Purpose<'a> {
    Routes(&'a mut web::ServiceConfig),
    Document {
        prefix: &'static str,
        document: &'a mut OpenApi,
    },
}

impl<'a> Mounts<'a> {
    /// To serve what is mounted.
    pub(crate) const fn as_routes(config: &'a mut web::ServiceConfig) -> Self {
        Self(Purpose::Routes(config))
    }

    /// To describe what is mounted, below the path `prefix`.
    pub(crate) const fn as_document(prefix: &'static str, document: &'a mut OpenApi) -> Self {
        Self(Purpose::Document { prefix, document })
    }

    /// Mounts an operation.
    pub fn service<F>(&mut self, operation: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        match &mut self.0 {
            Purpose::Routes(config) => {
                config.service(operation);
            }
            Purpose::Document { prefix, document } => describe(&operation, prefix, document),
        }
        self
    }

    /// Mounts the operations of a feature.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }
}

fn describe(operation: &impl OpenApiFactory, prefix: &str, document: &mut OpenApi) {
    let mut paths = Paths::new();
    paths.paths = operation
        .paths()
        .paths
        .into_iter()
        .map(|(path, item)| (format!("{prefix}{path}"), item))
        .collect();
    document.paths.merge(paths);
    let mut schemas = Vec::new();
    operation.schemas(&mut schemas);
    document
        .components
        .get_or_insert_with(Components::new)
        .schemas
        .extend(schemas);
}
