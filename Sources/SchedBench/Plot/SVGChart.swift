/// A line chart as a picture of its own: SVG 1.1, no script, no font of its own.
///
/// Not by a library: the program has to draw where there is no Python, and two kinds of lines are
/// all that it draws. What the Python tools draw, matplotlib draws.
public struct SVGChart: Sendable {
    /// A line with its name in the legend.
    public struct Line: Sendable {
        /// Stands in the legend.
        public let name: String
        /// Whether it is a limit and not a measurement.
        public let isDashed: Bool
        let points: [Point]

        /// A line through points, in their order.
        public init(name: String, points: [Point], isDashed: Bool = false) {
            self.name = name
            self.points = points
            self.isDashed = isDashed
        }
    }

    /// A pair of values.
    public struct Point: Sendable {
        let x: Double
        let y: Double

        /// A pair of values on the chart's axes.
        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Stands above the chart.
    public let title: String
    private let x: SVGAxis
    private let y: SVGAxis
    private let lines: [Line]

    /// A chart of lines.
    public init(title: String, x: SVGAxis, y: SVGAxis, lines: [Line]) {
        self.title = title
        self.x = x
        self.y = y
        self.lines = lines
    }

    /// The picture.
    public var svg: String {
        let parts =
            [head] + x.ticks.map(verticalTick) + y.ticks.map(horizontalTick) + [frame]
            + lines.indices.map(path) + lines.indices.map(legend) + ["</svg>"]
        return parts.joined(separator: "\n") + "\n"
    }
}

extension SVGChart {
    private static let (left, top, width, height) = (70.0, 40.0, 520.0, 340.0)
    private static let (totalWidth, totalHeight) = (820.0, 440.0)
    /// Told apart by people who see few colours too: Okabe and Ito's palette without yellow.
    private static let colors = [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f",
        "#8b4513", "#6a3d9a",
    ]

    private var head: String {
        let middle = Self.left + Self.width / 2
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.totalWidth))" \
            height="\(Int(Self.totalHeight))" viewBox="0 0 \(Int(Self.totalWidth)) \
            \(Int(Self.totalHeight))" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="\(number(Self.left))" y="24" font-size="15">\(escaped(title))</text>
            <text x="\(number(middle))" y="\(number(Self.top + Self.height + 40))" \
            text-anchor="middle">\(escaped(x.label))</text>
            <text transform="translate(16 \(number(Self.top + Self.height / 2))) rotate(-90)" \
            text-anchor="middle">\(escaped(y.label))</text>
            """
    }

    private var frame: String {
        """
        <rect x="\(number(Self.left))" y="\(number(Self.top))" width="\(number(Self.width))" \
        height="\(number(Self.height))" fill="none" stroke="#555555"/>
        """
    }

    private func verticalTick(_ tick: (value: Double, text: String)) -> String {
        let place = number(horizontal(tick.value))
        return """
            <line x1="\(place)" y1="\(number(Self.top))" x2="\(place)" \
            y2="\(number(Self.top + Self.height))" stroke="#dddddd"/>
            <text x="\(place)" y="\(number(Self.top + Self.height + 18))" \
            text-anchor="middle">\(escaped(tick.text))</text>
            """
    }

    private func horizontalTick(_ tick: (value: Double, text: String)) -> String {
        let place = vertical(tick.value)
        return """
            <line x1="\(number(Self.left))" y1="\(number(place))" \
            x2="\(number(Self.left + Self.width))" y2="\(number(place))" stroke="#dddddd"/>
            <text x="\(number(Self.left - 6))" y="\(number(place + 4))" \
            text-anchor="end">\(escaped(tick.text))</text>
            """
    }

    private func path(_ index: Int) -> String {
        let points = lines[index].points.map { point in
            "\(number(horizontal(point.x))),\(number(vertical(point.y)))"
        }
        return """
            <polyline points="\(points.joined(separator: " "))" fill="none" \
            \(stroke(index))/>
            """
    }

    private func legend(_ index: Int) -> String {
        let start = Self.left + Self.width + 16
        let place = Self.top + 10 + Double(index) * 20
        return """
            <line x1="\(number(start))" y1="\(number(place))" x2="\(number(start + 24))" \
            y2="\(number(place))" \(stroke(index))/>
            <text x="\(number(start + 30))" y="\(number(place + 4))">\
            \(escaped(lines[index].name))</text>
            """
    }

    private func stroke(_ index: Int) -> String {
        let color = Self.colors[index % Self.colors.count]
        let dash = lines[index].isDashed ? " stroke-dasharray=\"5 4\"" : ""
        return "stroke=\"\(color)\" stroke-width=\"2\"\(dash)"
    }

    private func horizontal(_ value: Double) -> Double {
        Self.left + Self.width * x.position(of: value)
    }

    private func vertical(_ value: Double) -> Double {
        Self.top + Self.height * (1 - y.position(of: value))
    }
}

/// A coordinate to a tenth, as no eye sees more.
private func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
}

/// Text in XML.
private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        default: result.append(character)
        }
    }
}
