//! Places as latitude and longitude. Never says which place.

use super::{Proof, Recogniser};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "coordinates",
        label: "latitudes and longitudes",
        names: &[
            "lat",
            "latitude",
            "lon",
            "lng",
            "long",
            "longitude",
            "geolat",
            "geolng",
            "geolon",
        ],
        unless: &["description", "text", "name"],
        classes: &[
            TypeClass::Float,
            TypeClass::Decimal,
            TypeClass::Text,
            TypeClass::Other,
        ],
        looks: Some(is_degrees),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "coordinates",
        label: "points on the map",
        names: &[
            "latlng",
            "latlon",
            "coordinates",
            "coords",
            "coordinate",
            "geolocation",
            "geopoint",
            "gps",
            "location",
            "point",
            "position",
            "geom",
            "geometry",
        ],
        unless: &[],
        classes: &[
            TypeClass::Text,
            TypeClass::Other,
            TypeClass::Geometry,
            TypeClass::Array,
            TypeClass::Json,
        ],
        looks: Some(is_pair),
        proof: Proof::Value,
    },
];

/// A number from -180 to 180.
fn is_degrees(value: &str) -> bool {
    value
        .parse::<f64>()
        .is_ok_and(|degrees| degrees.abs() <= 180.0)
}

/// Two fractions, a latitude first or second: `52.3676, 4.9041`, `POINT(4.9 52.3)`.
fn is_pair(value: &str) -> bool {
    let inner = value
        .trim_start_matches("POINT")
        .trim_matches(|letter| " ()[]".contains(letter));
    let numbers: Vec<&str> = inner
        .split([',', ' ', ';'])
        .filter(|part| !part.is_empty())
        .collect();
    numbers.len() == 2
        && numbers.iter().all(|number| is_degrees(number))
        && numbers.iter().any(|number| number.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::{is_degrees, is_pair};

    #[test]
    fn degrees_have_a_range_and_points_two_of_them() {
        assert!(is_degrees("52.3676") && is_degrees("-179.9"));
        assert!(!is_degrees("181") && !is_degrees("north"));
        assert!(is_pair("52.3676, 4.9041") && is_pair("POINT(4.9041 52.3676)"));
        assert!(!is_pair("1, 2") && !is_pair("200.5, 4.1") && !is_pair("4.1"));
    }
}
