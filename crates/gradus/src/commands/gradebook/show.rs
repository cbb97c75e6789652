//! `gradus gradebook show`.

use crate::environment::Environment;
use crate::screen;
use gradus_model::class::Class;
use gradus_report::class;
use gradus_report::terminal::Style;

pub fn run(class: &Class, environment: &Environment) {
    let style = Style { color: environment.color_out, width: environment.width };
    screen::out(&class::table(class, &style));
}
