//! An exercise's contract, an OpenAPI document: requests made from it, valid and boundary-invalid, and answers held to it.
//!
//! This crate knows no file system, network, clock, terminal or async runtime: text comes in, requests and breaches go out. Who
//! sends the requests, and whose fault a breach is, is decided elsewhere.

mod argument;
pub mod breach;
pub mod case;
pub mod contract;
mod document;
mod form;
mod generate;
pub mod judge;
pub mod link;
mod pointer;
mod read;
pub mod request;
mod schemas;
mod sense;
mod shape;
pub mod shrink;
mod template;
pub mod value;
