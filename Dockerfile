# syntax=docker/dockerfile:1
# One image with both programs; docker-compose.yml says which one a container runs.

FROM rust:1.95.0-slim-bookworm AS build
# gcc comes with the image; make and perl build the bundled OpenSSL, which libpq is linked with.
RUN apt-get update \
 && apt-get install -y --no-install-recommends make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# rust-toolchain.toml says `stable`: without this the build would look for a newer compiler than the image's.
ENV RUSTUP_TOOLCHAIN=1.95.0
# The API without the embedded worker: mail leaves from worker containers only.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p koplopers-api --no-default-features \
 && cargo build --release --locked -p koplopers-worker \
 && install -D -t /out target/release/koplopers-api target/release/koplopers-worker

FROM debian:12.11-slim AS runtime
# The certificates verify the mail relay, the PostgreSQL server and outside issuers.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /var/lib/koplopers \
 && chown 10001:10001 /var/lib/koplopers
COPY --from=build /out/ /usr/local/bin/
COPY --chmod=0755 docker/healthcheck /usr/local/bin/healthcheck
COPY LICENSE /usr/share/doc/koplopers/LICENSE
# A number, so that a platform can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/koplopers
# The only folder written to; the root file system may be read-only.
VOLUME /var/lib/koplopers
ENV KOPLOPERS_DATA_DIR=/var/lib/koplopers \
    KOPLOPERS_LISTEN=0.0.0.0:8080 \
    KOPLOPERS_METRICS_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/healthcheck", "8080", "/health/live"]
CMD ["/usr/local/bin/koplopers-api", "serve"]
