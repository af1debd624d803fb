# `just --list` shows these; every line can also be typed by hand.

# What CI runs.
check:
    .ci/run

# The service with sample data in a folder of its own.
demo:
    cargo run -- demo

# The suite; the PostgreSQL half is skipped and named when there is none.
test *args:
    cargo test --workspace {{args}}

# Write the committed OpenAPI document anew.
openapi:
    cargo run --quiet -p koplopers-api -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json

# The page, the mail link and the documentation in a real browser.
browser:
    cargo build -p koplopers-api
    npm ci --prefix browser-tests
    npm test --prefix browser-tests

# Licences, sources and known weaknesses of every dependency; needs the network.
audit:
    cargo deny --version || cargo install --locked cargo-deny
    cargo deny check

# The parts of a release, for those who must know them.
sbom:
    cargo cyclonedx --version || cargo install --locked cargo-cyclonedx
    cargo cyclonedx --format json --all

# The long runs, with their counts: the tests that CI runs at a twentieth of the size.
soak:
    KOPLOPERS_SOAK=1 cargo test --workspace --test it -- --nocapture soak kills

# Compare the real endpoints with the limits measured in the same run.
bench *args="all":
    cargo run --release -p koplopers-bench -- {{args}}
