//! What the HTTP server can do at most: the same documents, made from memory.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

/// The documents, and where to say on which address they are.
#[derive(Debug, Args)]
pub struct CeilingArguments {
    /// A file with the answer for `/one`.
    one: PathBuf,
    /// A file with the answer for `/many`.
    many: PathBuf,
    /// A file that the address is written to.
    address: PathBuf,
}

/// Serves until killed. Each answer is written anew from its value, as an endpoint would.
pub fn serve(arguments: &CeilingArguments) -> anyhow::Result<ExitCode> {
    let [one, many] = [&arguments.one, &arguments.many].map(|file| {
        let text = fs::read(file).context("reading a document")?;
        anyhow::Ok(Arc::new(serde_json::from_slice::<Value>(&text)?))
    });
    let (one, many) = (one?, many?);
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    fs::write(&arguments.address, listener.local_addr()?.to_string())?;
    let answer = |document: Arc<Value>| {
        web::get().to(move || {
            let document = Arc::clone(&document);
            async move { HttpResponse::Ok().json(&*document) }
        })
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || {
        App::new()
            .route("/one", answer(Arc::clone(&one)))
            .route("/many", answer(Arc::clone(&many)))
    });
    actix_web::rt::System::new().block_on(server.workers(workers).listen(listener)?.run())?;
    Ok(ExitCode::SUCCESS)
}
