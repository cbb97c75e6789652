//! Plain words and names for random data. No judgement lives here.

/// Plain English words.
pub const WORDS: [&str; 246] = [
    "amber", "anchor", "apple", "apricot", "arrow", "atlas", "autumn", "badge", "baker", "bamboo", "banner",
    "barley", "basil", "basket", "beacon", "berry", "birch", "biscuit", "blanket", "blossom", "bonnet",
    "border", "bottle", "branch", "breeze", "brick", "bridge", "bronze", "brook", "brush", "bucket",
    "button", "cabin", "candle", "canvas", "canyon", "carbon", "cargo", "carpet", "castle", "cedar",
    "cellar", "chalk", "cherry", "chisel", "cider", "cinder", "circle", "citrus", "clover", "cobalt",
    "coffee", "comet", "copper", "coral", "cotton", "cradle", "crater", "cricket", "crystal", "curtain",
    "cushion", "cypress", "dahlia", "daisy", "damson", "dapple", "desert", "dewdrop", "domino", "dragon",
    "drift", "drum", "eagle", "easel", "ember", "emerald", "engine", "fable", "falcon", "feather", "fennel",
    "ferry", "fiddle", "field", "finch", "flannel", "flint", "flower", "forest", "fossil", "fountain",
    "garden", "garlic", "garnet", "ginger", "glacier", "glass", "globe", "granite", "grape", "gravel",
    "grove", "guitar", "hammer", "harbor", "harvest", "hazel", "heather", "helmet", "hickory", "hollow",
    "honey", "horizon", "hunter", "indigo", "island", "ivory", "jacket", "jasmine", "jewel", "journal",
    "jungle", "juniper", "kettle", "kitten", "ladder", "lagoon", "lantern", "laurel", "lavender", "ledger",
    "lemon", "lentil", "lilac", "linen", "lizard", "lobster", "locket", "lotus", "magnet", "mango", "maple",
    "marble", "marigold", "market", "meadow", "melon", "mirror", "mitten", "moss", "mountain", "muffin",
    "mustard", "nectar", "needle", "nettle", "nickel", "noodle", "nutmeg", "oasis", "ocean", "olive",
    "onion", "orange", "orchard", "orchid", "otter", "oyster", "paddle", "palace", "panther", "paper",
    "parcel", "parsley", "peach", "pebble", "pepper", "petal", "pickle", "pigeon", "pillow", "pine",
    "planet", "plaster", "plum", "pocket", "pollen", "pond", "poppy", "prairie", "puddle", "pumpkin",
    "quarry", "quartz", "quilt", "rabbit", "radish", "raven", "reef", "ribbon", "river", "robin", "rocket",
    "rosemary", "saddle", "saffron", "salmon", "sandal", "satchel", "sapphire", "scarf", "shadow", "shelter",
    "shore", "silver", "sparrow", "spindle", "spruce", "squash", "starling", "stone", "summit", "sunset",
    "tangle", "teapot", "temple", "thistle", "thunder", "timber", "tomato", "topaz", "tulip", "tunnel",
    "turnip", "valley", "vanilla", "velvet", "violet", "walnut", "water", "whistle", "willow", "window",
    "winter", "yarrow",
];

/// First names from many places.
pub const FIRST_NAMES: [&str; 40] = [
    "Ada", "Alan", "Amara", "Anton", "Beatriz", "Boris", "Carmen", "Chen", "Clara", "Dalia", "Diego",
    "Edith", "Elias", "Farah", "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Kofi", "Lea",
    "Linus", "Mara", "Mei", "Nadia", "Noor", "Olga", "Omar", "Priya", "Quinn", "Rosa", "Samir", "Tara",
    "Umar", "Vera", "Wanda", "Yara", "Zoe",
];

/// Last names from many places.
pub const LAST_NAMES: [&str; 40] = [
    "Abbott", "Almeida", "Baker", "Berg", "Castro", "Dahl", "Endo", "Farkas", "Fischer", "Garcia", "Haddad",
    "Hopper", "Ito", "Jansen", "Kaya", "Kowalski", "Larsen", "Lovelace", "Mbeki", "Moreau", "Nakamura",
    "Nowak", "Okafor", "Oliveira", "Patel", "Popov", "Quist", "Rossi", "Santos", "Silva", "Tanaka", "Turing",
    "Usman", "Vogel", "Weber", "Wilson", "Xu", "Yilmaz", "Zhang", "Zuse",
];
