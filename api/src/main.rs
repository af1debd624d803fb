//! The program `koplopers-api`.

use std::process::ExitCode;

use clap::Parser as _;
use koplopers_api::commands::Arguments;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("koplopers-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}
