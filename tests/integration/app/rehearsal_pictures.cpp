#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "tests/integration/app/rehearsal_makers.h"

namespace hearth::testing_support {
namespace {

namespace fs = std::filesystem;

struct Paint {
    Wanted names;
    int red;
    int green;
    int blue;

    cv::Scalar bgr() const { return {double(blue), double(green), double(red)}; }
};

/// As CSS defines the names; "brown" is its saddle brown, which is no red.
const std::vector<Paint> kPaints{{{"red"}, 255, 0, 0},
                                 {{"orange"}, 255, 165, 0},
                                 {{"yellow"}, 255, 255, 0},
                                 {{"green"}, 0, 128, 0},
                                 {{"blue"}, 0, 0, 255},
                                 {{"purple", "violet"}, 128, 0, 128},
                                 {{"pink"}, 255, 192, 203},
                                 {{"brown"}, 139, 69, 19},
                                 {{"black"}, 0, 0, 0},
                                 {{"white"}, 255, 255, 255},
                                 {{"gray", "grey"}, 128, 128, 128}};

const std::vector<Wanted> kShapes{{"circle"},    {"square"},          {"triangle"},
                                  {"rectangle"}, {"oval", "ellipse"}, {"diamond", "rhombus"},
                                  {"star"},      {"cross", "plus"},   {"heart"}};

const std::vector<std::string> kWords{
    "STOP", "OPEN", "EXIT", "SALE", "HELP", "TAXI", "MENU",  "PUSH",  "PULL",  "cat",
    "dog",  "sun",  "tree", "milk", "book", "fish", "home",  "rain",  "bread", "light",
    "bird", "door", "cake", "moon", "ship", "road", "green", "water", "Hello", "Paris"};

/// What the eye tells apart at a glance; letters need more than figures.
constexpr double kFigureContrast = 130;
constexpr double kLetterContrast = 180;

bool contrasts(const Paint& a, const Paint& b, double least = kFigureContrast) {
    const double red = 0.9 * (a.red - b.red);
    const double green = 1.2 * (a.green - b.green);
    const double blue = 0.6 * (a.blue - b.blue);
    return std::sqrt(red * red + green * green + blue * blue) > least;
}

Paint paintOn(Draw& draw, const Paint& ground, const Paint* other = nullptr) {
    while (true) {
        const Paint& paint = draw.from(kPaints);
        if (contrasts(paint, ground) && (other == nullptr || contrasts(paint, *other))) {
            return paint;
        }
    }
}

Paint drawGround(Draw& draw) {
    return draw.chance(0.5) ? kPaints[9] : draw.from(kPaints);
}

/// Mostly square, else as a photograph lies.
cv::Size drawSize(Draw& draw) {
    const int side = draw.between(160, 480);
    return draw.chance(0.75) ? cv::Size(side, side) : cv::Size(side * 4 / 3, side);
}

void fill(cv::Mat& picture, const std::vector<cv::Point2d>& corners, cv::Point2d centre,
          double radius, const cv::Scalar& colour) {
    constexpr int kShift = 4;
    std::vector<cv::Point> fixed;
    for (const cv::Point2d& corner : corners) {
        const cv::Point2d at = (centre + corner * radius) * (1 << kShift);
        fixed.emplace_back(cvRound(at.x), cvRound(at.y));
    }
    cv::fillPoly(picture, std::vector<std::vector<cv::Point>>{fixed}, colour, cv::LINE_AA, kShift);
}

std::vector<cv::Point2d> roundCorners(int count, double width, double height) {
    std::vector<cv::Point2d> corners;
    for (int i = 0; i < count; ++i) {
        const double turn = 2 * std::numbers::pi * i / count;
        corners.emplace_back(width * std::sin(turn), -height * std::cos(turn));
    }
    return corners;
}

std::vector<cv::Point2d> cornersOf(const std::string& shape) {
    if (shape == "circle") {
        return roundCorners(120, 1, 1);
    }
    if (shape == "oval") {
        return roundCorners(120, 1, 0.6);
    }
    if (shape == "triangle") {
        return {{0, -0.9}, {1, 0.8}, {-1, 0.8}};
    }
    if (shape == "square") {
        return {{-0.8, -0.8}, {0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}};
    }
    if (shape == "rectangle") {
        return {{-1, -0.5}, {1, -0.5}, {1, 0.5}, {-1, 0.5}};
    }
    if (shape == "diamond") {
        return {{0, -1}, {0.7, 0}, {0, 1}, {-0.7, 0}};
    }
    if (shape == "cross") {
        constexpr double kArm = 0.3;
        return {{-kArm, -1}, {kArm, -1}, {kArm, -kArm}, {1, -kArm}, {1, kArm},   {kArm, kArm},
                {kArm, 1},   {-kArm, 1}, {-kArm, kArm}, {-1, kArm}, {-1, -kArm}, {-kArm, -kArm}};
    }
    std::vector<cv::Point2d> corners = roundCorners(shape == "star" ? 10 : 120, 1, 1);
    if (shape == "star") {
        for (std::size_t i = 1; i < corners.size(); i += 2) {
            corners[i] *= 0.4;
        }
        return corners;
    }
    for (cv::Point2d& corner : corners) {  // the heart: x = sin^3, y = a sum of cosines
        const double turn = std::atan2(corner.x, -corner.y);
        corner = {std::pow(std::sin(turn), 3), -(13 * std::cos(turn) - 5 * std::cos(2 * turn) -
                                                 2 * std::cos(3 * turn) - std::cos(4 * turn)) /
                                                   16};
    }
    return corners;
}

struct Figure {
    Wanted shape;
    Paint paint;
    cv::Point2d centre;
    double radius = 0;
};

fs::path writePicture(const fs::path& stem, const char* ending, const cv::Mat& picture) {
    fs::path path = stem;
    path += ending;
    EXPECT_TRUE(cv::imwrite(path.string(), picture)) << path;
    return path;
}

fs::path drawFigures(const fs::path& stem, const char* ending, cv::Size size, const Paint& ground,
                     const std::vector<Figure>& figures) {
    cv::Mat picture(size, CV_8UC3, ground.bgr());
    for (const Figure& figure : figures) {
        fill(picture, cornersOf(figure.shape.front()), figure.centre, figure.radius,
             figure.paint.bgr());
    }
    return writePicture(stem, ending, picture);
}

/// One figure somewhere about the middle.
Figure drawFigure(Draw& draw, cv::Size size, const Paint& ground) {
    const double radius = size.height * draw.between(0.2, 0.4);
    const double slack = size.height * 0.47 - radius;
    return {.shape = draw.from(kShapes),
            .paint = paintOn(draw, ground),
            .centre = {size.width / 2.0 + draw.between(-slack, slack),
                       size.height / 2.0 + draw.between(-slack, slack)},
            .radius = radius};
}

/// `text` as large as `share` of the picture allows.
fs::path drawText(const fs::path& stem, const char* ending, cv::Size size, double share, int font,
                  const Paint& ground, const Paint& ink, const std::string& text) {
    cv::Mat picture(size, CV_8UC3, ground.bgr());
    int baseline = 0;
    const cv::Size unit = cv::getTextSize(text, font, 1.0, 1, &baseline);
    const double scale =
        share * std::min(double(size.width) / unit.width, double(size.height) / unit.height);
    const bool isDoubleStroked = font == cv::FONT_HERSHEY_TRIPLEX;
    const int thickness = std::max(1, cvRound(unit.height * scale / (isDoubleStroked ? 18 : 9)));
    const cv::Size whole = cv::getTextSize(text, font, scale, thickness, &baseline);
    cv::putText(picture, text, {(size.width - whole.width) / 2, (size.height + whole.height) / 2},
                font, scale, ink.bgr(), thickness, cv::LINE_AA);
    return writePicture(stem, ending, picture);
}

struct TextLook {
    cv::Size size;
    int font = 0;
    Paint ground;
    Paint ink;
};

TextLook drawTextLook(Draw& draw) {
    TextLook look{.size = drawSize(draw),
                  .font = draw.from(std::vector<int>{
                      cv::FONT_HERSHEY_SIMPLEX, cv::FONT_HERSHEY_DUPLEX, cv::FONT_HERSHEY_TRIPLEX}),
                  .ground = kPaints[9],
                  .ink = kPaints[8]};
    if (draw.chance(0.4)) {
        look.ground = drawGround(draw);
        do {
            look.ink = draw.from(kPaints);
        } while (!contrasts(look.ink, look.ground, kLetterContrast));
    }
    return look;
}

}  // namespace

RehearsalItem makeShapeItem(Draw& draw, const fs::path& stem) {
    const cv::Size size = drawSize(draw);
    const Paint ground = drawGround(draw);
    Figure figure = drawFigure(draw, size, ground);
    RehearsalItem item;
    item.question =
        draw.from(std::vector<std::string>{"What shape is this?", "Which shape do you see?",
                                           "What shape is in the picture?", "Name the shape."});
    const auto [first, second] = draw.twoFrom(kShapes);
    figure.shape = first;
    item.sides[0] = {drawFigures(stem, "-a.png", size, ground, {figure}), {first}};
    figure.shape = second;
    item.sides[1] = {drawFigures(stem, "-b.png", size, ground, {figure}), {second}};
    return item;
}

RehearsalItem makeColourItem(Draw& draw, const fs::path& stem) {
    const cv::Size size = drawSize(draw);
    Paint ground = drawGround(draw);
    Figure figure = drawFigure(draw, size, ground);
    const bool isOfGround = draw.chance(0.25);
    RehearsalItem item;
    const std::string name = figure.shape.front();
    item.question =
        isOfGround ? "What color is the background?"
                   : draw.from(std::vector<std::string>{
                         "What color is the " + name + "?", "What colour is the " + name + "?",
                         "Which color does the " + name + " have?", "What color is the shape?"});
    Paint& asked = isOfGround ? ground : figure.paint;
    item.sides[0] = {drawFigures(stem, "-a.png", size, ground, {figure}), {asked.names}};
    asked =
        isOfGround ? paintOn(draw, figure.paint, &ground) : paintOn(draw, ground, &figure.paint);
    item.sides[1] = {drawFigures(stem, "-b.png", size, ground, {figure}), {asked.names}};
    return item;
}

RehearsalItem makeTwoShapesItem(Draw& draw, const fs::path& stem) {
    const cv::Size size = drawSize(draw);
    const Paint ground = drawGround(draw);
    const auto [leftShape, rightShape] = draw.twoFrom(kShapes);
    const double radius = size.width * draw.between(0.13, 0.2);
    Figure left{.shape = leftShape,
                .paint = paintOn(draw, ground),
                .centre = {size.width * 0.27, size.height * draw.between(0.42, 0.58)},
                .radius = radius};
    Figure right = left;
    right.shape = rightShape;
    right.paint = paintOn(draw, ground, &left.paint);
    right.centre.x = size.width * 0.73;
    const auto nameOf = [](const Figure& figure) {
        return figure.paint.names.front() + " " + figure.shape.front();
    };
    RehearsalItem item;
    item.sides[0].file = drawFigures(stem, "-a.png", size, ground, {left, right});
    switch (draw.between(0, 2)) {
        case 0: {  // one of them becomes another
            Figure& asked = draw.chance(0.5) ? left : right;
            item.question = &asked == &left ? "What is on the left?" : "What is on the right?";
            item.sides[0].wanted = {asked.paint.names, asked.shape};
            const Wanted before = asked.shape;
            asked.paint = paintOn(draw, ground, &asked.paint);
            do {
                asked.shape = draw.from(kShapes);
            } while (asked.shape == before);
            item.sides[1].wanted = {asked.paint.names, asked.shape};
            break;
        }
        case 1: {  // they change colours
            item.question = "What color is the " + left.shape.front() + "?";
            item.sides[0].wanted = {left.paint.names};
            std::swap(left.paint, right.paint);
            item.sides[1].wanted = {left.paint.names};
            break;
        }
        default: {  // they change places
            item.question = "Where is the " + nameOf(left) + "?";
            item.sides[0].wanted = {{"left"}};
            std::swap(left.centre, right.centre);
            item.sides[1].wanted = {{"right"}};
            break;
        }
    }
    item.sides[1].file = drawFigures(stem, "-b.png", size, ground, {left, right});
    return item;
}

RehearsalItem makePrintedDigitItem(Draw& draw, const fs::path& stem) {
    static const std::vector<Wanted> kDigits{
        {"0", "zero"}, {"1", "one"}, {"2", "two"},   {"3", "three"}, {"4", "four"},
        {"5", "five"}, {"6", "six"}, {"7", "seven"}, {"8", "eight"}, {"9", "nine"}};
    const TextLook look = drawTextLook(draw);
    const double share = draw.between(0.5, 0.8);
    const auto [first, second] = draw.twoFrom(kDigits);
    RehearsalItem item;
    item.question =
        draw.from(std::vector<std::string>{"Which digit is this?", "What digit is shown?",
                                           "What number do you see?", "Which number is this?"});
    const auto side = [&](const char* ending, const Wanted& digit) {
        return RehearsalSide{drawText(stem, ending, look.size, share, look.font, look.ground,
                                      look.ink, digit.front()),
                             {digit}};
    };
    item.sides = {side("-a.png", first), side("-b.png", second)};
    return item;
}

RehearsalItem makePrintedWordItem(Draw& draw, const fs::path& stem) {
    const TextLook look = drawTextLook(draw);
    const double share = draw.between(0.7, 0.92);
    const auto [first, second] = draw.twoFrom(kWords);
    RehearsalItem item;
    item.question = draw.from(std::vector<std::string>{
        "What does it say?", "Read the word.", "Which word is this?", "What is written here?"});
    const auto side = [&](const char* ending, const std::string& word) {
        return RehearsalSide{
            drawText(stem, ending, look.size, share, look.font, look.ground, look.ink, word),
            {{word}}};
    };
    item.sides = {side("-a.png", first), side("-b.png", second)};
    return item;
}

}  // namespace hearth::testing_support
