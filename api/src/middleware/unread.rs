//! Chunked bodies that nobody reads to their end (security: 45).
//!
//! Once the reader of a chunked body is gone, actix waits for the rest of it before it does
//! anything else with the connection, and sets no deadline: neither keep-alive nor
//! `Connection: close` counts until the last chunk. Where the reader still lives as the answer
//! ends, it closes the connection after `client_disconnect_timeout` at most. So the answer holds
//! the reader.

use std::cell::RefCell;
use std::error::Error;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpResponse};
use futures_util::{Stream, StreamExt as _};

/// The reader of a chunked body, for the handler and for its answer.
#[derive(Clone)]
pub struct Reader(Rc<RefCell<Payload>>);

impl Reader {
    /// Shares the reader of the body of `req`, if that is chunked, with its handler.
    pub fn share(req: &mut ServiceRequest) -> Option<Self> {
        if !req.chunked().unwrap_or(false) {
            return None;
        }
        let reader = Self(Rc::new(RefCell::new(req.take_payload())));
        let for_handler = Box::pin(reader.clone());
        req.set_payload(Payload::Stream {
            payload: for_handler,
        });
        Some(reader)
    }

    /// Keeps the reader alive until the answer has gone out.
    pub fn kept_by(self, answer: HttpResponse) -> HttpResponse {
        answer.map_body(|_, body| {
            BoxBody::new(Answer {
                body,
                _reader: self,
            })
        })
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll_next_unpin(cx)
    }
}

/// An answer that holds the reader of the request's body.
struct Answer {
    body: BoxBody,
    _reader: Reader,
}

impl MessageBody for Answer {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.get_mut().body.as_pin_mut().poll_next(cx)
    }
}
