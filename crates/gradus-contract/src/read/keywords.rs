//! The keywords of schemas, by what stands behind them.

/// A schema stands behind them.
pub const ONE: [&str; 11] = [
    "not",
    "if",
    "then",
    "else",
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
/// Schemas by name.
pub const NAMED: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "$defs"];
/// A list of schemas.
pub const LISTED: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Plain values that say something about values.
pub const PLAIN: [&str; 26] = [
    "type",
    "required",
    "enum",
    "format",
    "default",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "readOnly",
    "const",
    "examples",
    "minContains",
    "maxContains",
    "dependentRequired",
    "contentEncoding",
    "contentMediaType",
];
/// They say nothing about values.
pub const TALK: [&str; 10] = [
    "title",
    "description",
    "writeOnly",
    "deprecated",
    "example",
    "externalDocs",
    "xml",
    "discriminator",
    "$comment",
    "$schema",
];
/// Only JSON Schema 2020-12 has them.
pub const ONLY_V31: [&str; 21] = [
    "const",
    "examples",
    "if",
    "then",
    "else",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$defs",
    "$comment",
    "$schema",
];
/// Ways to name schemas that are not followed.
pub const ELSEWHERE: [&str; 5] = ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"];
