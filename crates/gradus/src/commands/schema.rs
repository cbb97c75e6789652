//! `gradus schema`: JSON Schemas for editors.

use crate::arguments::SchemaFile;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_model::schema;

pub fn run(file: SchemaFile) -> Result<Exit, Problem> {
    let text = match file {
        SchemaFile::Grader => schema::grader(),
        SchemaFile::Exercise => schema::exercise(),
        SchemaFile::Submission => schema::submission(),
        SchemaFile::Mutant => schema::mutant(),
        SchemaFile::Solution => schema::solution(),
    };
    screen::out(text);
    Ok(Exit::Passed)
}
