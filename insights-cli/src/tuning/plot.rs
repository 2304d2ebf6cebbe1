//! [`svg`]: recall against false Insights of all configurations, as a picture.

use std::fmt::Write;

/// What is drawn.
#[derive(Debug)]
pub(crate) struct Plot<'p> {
    /// What stands above it.
    pub(crate) title: &'p str,
    /// False Insights an account-day and recall of each configuration, in the tuned part.
    pub(crate) points: &'p [(f64, f64)],
    /// The positions of those that nothing beats, by false Insights, each with the same figures of
    /// the part that was held out, where there are labels in it.
    pub(crate) front: &'p [(usize, Option<(f64, f64)>)],
    /// The position of the best one.
    pub(crate) best: Option<usize>,
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 64.0;

/// The colours of paper and screen, by what the reader prefers; the front and the held-out part
/// differ in shape as well.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}\
.title{font-size:16px;font-weight:600}\
.page{fill:#fff}.grid{stroke:#d8dee4}.axis{stroke:#59636e}\
.point{fill:#8c959f;fill-opacity:.55}\
.front{fill:none;stroke:#0969da;stroke-width:2}.on{fill:#0969da}\
.held{fill:none;stroke:#bc4c00;stroke-width:2}\
.given{fill:none;stroke:#1f2328;stroke-width:2}\
.best{fill:none;stroke:#1a7f37;stroke-width:3}\
@media(prefers-color-scheme:dark){\
text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#30363d}.axis{stroke:#9198a1}\
.point{fill:#9198a1}.front{stroke:#4493f8}.on{fill:#4493f8}.held{stroke:#f0883e}\
.given{stroke:#e6edf3}.best{stroke:#3fb950}}";

/// Draws a plot.
///
/// False Insights lie on a scale that is even near zero and logarithmic beyond (the inverse
/// hyperbolic sine), as configurations differ by factors and none of them at all is the goal.
pub(crate) fn svg(plot: &Plot<'_>) -> String {
    let scale = Scale::of(plot);
    let mut out = String::new();
    let title = escaped(plot.title);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"28\">{title}</text>\n"
    );
    scale.axes(&mut out);
    for (at, &point) in plot.points.iter().enumerate() {
        mark(&mut out, &scale, "point", 3.5, point, &told(at, point));
    }
    let line: Vec<String> = plot
        .front
        .iter()
        .filter_map(|&(at, _)| plot.points.get(at))
        .map(|&point| format!("{:.1},{:.1}", scale.x(point.0), scale.y(point.1)))
        .collect();
    let _ = writeln!(out, "<polyline class=\"front\" points=\"{}\"/>", line.join(" "));
    for &(at, held_out) in plot.front {
        if let Some(&point) = plot.points.get(at) {
            mark(&mut out, &scale, "on", 4.5, point, &told(at, point));
        }
        if let Some(point) = held_out {
            mark(&mut out, &scale, "held", 4.5, point, &format!("{}, held out", told(at, point)));
        }
    }
    if let Some(&point) = plot.points.first() {
        diamond(&mut out, scale.x(point.0), scale.y(point.1), 9.0);
    }
    if let Some(&point) = plot.best.and_then(|best| plot.points.get(best)) {
        mark(&mut out, &scale, "best", 9.0, point, "the best within the limit");
    }
    legend(&mut out, plot);
    out + "</svg>\n"
}

/// Where figures lie in the picture.
struct Scale {
    /// The most false Insights.
    most: f64,
    /// The least recall.
    least: f64,
}

impl Scale {
    fn of(plot: &Plot<'_>) -> Self {
        let held_out = plot.front.iter().filter_map(|&(_, held_out)| held_out);
        let all = || plot.points.iter().copied().chain(held_out.clone());
        let most = all().map(|(wrong, _)| wrong).fold(0.5, f64::max);
        let least = all().map(|(_, recall)| recall).fold(0.9, f64::min);
        // The last mark does not lie on the edge.
        Self { most: most * 1.1, least: ((least * 10.0).floor() / 10.0).max(0.0) }
    }

    fn x(&self, wrong: f64) -> f64 {
        let place = |wrong: f64| (wrong / 0.1).asinh();
        LEFT + (WIDTH - LEFT - RIGHT) * place(wrong) / place(self.most)
    }

    fn y(&self, recall: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (recall - self.least) / (1.0 - self.least)
    }

    fn axes(&self, out: &mut String) {
        const TICKS: [f64; 14] =
            [0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0];
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for tick in TICKS.into_iter().filter(|&tick| tick <= self.most) {
            let (x, below) = (self.x(tick), bottom + 20.0);
            let _ = writeln!(
                out,
                "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/>\
                 <text x=\"{x:.1}\" y=\"{below}\" text-anchor=\"middle\">{tick}</text>"
            );
        }
        let step = if self.least < 0.6 { 0.1 } else { 0.05 };
        for number in 0..=20 {
            let recall = 1.0 - f64::from(number) * step;
            if recall < self.least - 1e-9 {
                break;
            }
            let (y, before) = (self.y(recall), LEFT - 8.0);
            let _ = writeln!(
                out,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>\
                 <text x=\"{before}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>",
                y + 4.0,
                100.0 * recall
            );
        }
        let _ = writeln!(
            out,
            "<path class=\"axis\" fill=\"none\" d=\"M{LEFT} {TOP}V{bottom}H{right}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">false Insights an account-day</text>\
             <text transform=\"translate(18 {:.1}) rotate(-90)\" text-anchor=\"middle\">recall</text>",
            f64::midpoint(LEFT, right),
            HEIGHT - 18.0,
            f64::midpoint(TOP, bottom)
        );
    }
}

fn mark(out: &mut String, scale: &Scale, class: &str, radius: f64, at: (f64, f64), told: &str) {
    let (x, y) = (scale.x(at.0), scale.y(at.1));
    let _ = writeln!(
        out,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"><title>{}</title></circle>",
        escaped(told)
    );
}

/// Marks the settings as they were given, whatever else is there.
fn diamond(out: &mut String, x: f64, y: f64, radius: f64) {
    let [left, right] = [x - radius, x + radius];
    let [above, below] = [y - radius, y + radius];
    let _ = writeln!(
        out,
        "<path class=\"given\" d=\"M{left:.1} {y:.1}L{x:.1} {above:.1}L{right:.1} {y:.1}L{x:.1} {below:.1}Z\"/>"
    );
}

fn told(at: usize, (wrong, recall): (f64, f64)) -> String {
    format!("configuration {at}: recall {:.1} %, {wrong:.2} false", 100.0 * recall)
}

/// Writes what the marks mean.
fn legend(out: &mut String, plot: &Plot<'_>) {
    let held_out = plot.front.iter().any(|(_, held_out)| held_out.is_some());
    let mut x = LEFT;
    let y = 54.0;
    for (class, radius, text, there) in [
        ("point", 3.5, "a configuration", true),
        ("on", 4.5, "nothing beats it", true),
        ("held", 4.5, "the same, held out", held_out),
        ("given", 6.0, "as given", true),
        ("best", 7.0, "best within the limit", plot.best.is_some()),
    ] {
        if there {
            let middle = y - 4.5;
            if class == "given" {
                diamond(out, x, middle, radius);
            } else {
                let _ = writeln!(
                    out,
                    "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{middle:.1}\" r=\"{radius}\"/>"
                );
            }
            let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{y}\">{text}</text>", x + 13.0);
            x += 34.0 + 7.2 * text.len() as f64;
        }
    }
}

/// Returns text that is text in SVG, whatever is in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(points: &[(f64, f64)], front: &[(usize, Option<(f64, f64)>)]) -> String {
        svg(&Plot { title: "<labels & \"data\">", points, front, best: None })
    }

    #[test]
    fn each_configuration_has_a_mark_and_the_front_a_line() {
        let points = [(0.0, 0.5), (1.0, 0.75), (20.0, 1.0), (30.0, 0.9)];
        let picture = drawn(&points, &[(0, None), (1, Some((2.0, 0.6))), (2, None)]);
        assert_eq!(picture.matches("class=\"point\"").count(), 4 + 1, "and the legend");
        assert_eq!(picture.matches("class=\"on\"").count(), 3 + 1);
        assert_eq!(picture.matches("class=\"held\"").count(), 1 + 1);
        assert!(picture.contains("configuration 1: recall 60.0 %, 2.00 false, held out"));
        let line = picture.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let xs: Vec<f64> =
            line.split(' ').map(|p| p.split_once(',').unwrap().0.parse().unwrap()).collect();
        assert!((xs[0] - LEFT).abs() < 0.1 && xs.is_sorted(), "{xs:?}");
    }

    #[test]
    fn everything_lies_inside_the_axes_and_better_is_up_and_left() {
        for points in [vec![(0.0, 0.0)], vec![(0.0, 1.0)], vec![(5_000.0, 0.3), (0.01, 0.99)]] {
            let scale = Scale::of(&Plot { title: "", points: &points, front: &[], best: None });
            for &(wrong, recall) in &points {
                assert!((LEFT..=WIDTH - RIGHT + 0.1).contains(&scale.x(wrong)), "{points:?}");
                assert!((TOP..=HEIGHT - BOTTOM + 0.1).contains(&scale.y(recall)), "{points:?}");
            }
            assert!(scale.x(0.1) < scale.x(0.2) && scale.y(0.9) > scale.y(1.0));
        }
    }

    #[test]
    fn text_stays_text() {
        let picture = drawn(&[], &[]);
        assert!(picture.contains("&lt;labels &amp; &quot;data&quot;&gt;"));
        assert!(!picture.contains("<labels"));
        assert_eq!(escaped("a\u{1b}'b"), "a\u{fffd}&#39;b");
    }
}
