#include "tests/support/hearth_reference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

namespace hearth::testing_support {
namespace {

using Row = ReferenceRun::Row;

constexpr double kEps = 1e-6;
constexpr std::int64_t kBlock = 32;

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

double dot(const Row& a, const Row& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Row rms(const Row& x, const std::vector<float>& gain) {
    const double scale = 1.0 / std::sqrt(dot(x, x) / static_cast<double>(x.size()) + kEps);
    Row y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = x[i] * scale * gain[i];
    }
    return y;
}

/// Matrix number `index` of a stack of matrices of `rows` rows, times x.
Row times(const TinyTensor& weight, const Row& x, std::int64_t rows, std::int64_t index = 0) {
    Row y(at(rows));
    for (std::size_t r = 0; r < y.size(); ++r) {
        const float* w = weight.values.data() + (at(index * rows) + r) * x.size();
        for (std::size_t c = 0; c < x.size(); ++c) {
            y[r] += w[c] * x[c];
        }
    }
    return y;
}

/// Head `head` of a row of heads.
Row headOf(const Row& x, std::int64_t head, std::int64_t dim) {
    const auto begin = x.begin() + head * dim;
    return {begin, begin + dim};
}

Row softmax(Row x) {
    const double largest = *std::max_element(x.begin(), x.end());
    double sum = 0;
    for (double& value : x) {
        value = std::exp(value - largest);
        sum += value;
    }
    for (double& value : x) {
        value /= sum;
    }
    return x;
}

Row rotate(const Row& x, std::int64_t position) {
    const std::size_t half = x.size() / 2;
    Row y(x.size());
    for (std::size_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(position) *
                             std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(half));
        y[i] = x[i] * std::cos(angle) - x[i + half] * std::sin(angle);
        y[i + half] = x[i] * std::sin(angle) + x[i + half] * std::cos(angle);
    }
    return y;
}

void addTo(Row& y, const Row& x, double scale = 1.0) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] += scale * x[i];
    }
}

/// Relative lead of the last of the `count` chosen values over the next; 1 where none is left.
double marginOf(Row values, std::size_t count) {
    if (values.size() <= count) {
        return 1.0;
    }
    std::sort(values.begin(), values.end(), std::greater<>());
    return (values[count - 1] - values[count]) / values[count - 1];
}

/// The indices of the `count` largest values; of equal ones the lower.
std::vector<std::int64_t> largestOf(const Row& values, std::size_t count) {
    std::vector<std::int64_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return values[at(a)] > values[at(b)]; });
    order.resize(std::min(order.size(), count));
    return order;
}

class Decoder {
public:
    Decoder(const TinyHearthModel& model, std::int64_t numTokens, double skipThreshold)
        : m_model(model),
          m_sizes(model.sizes),
          m_numTokens(numTokens),
          m_skipThreshold(skipThreshold) {}

    ReferenceRun run(std::span<const std::int32_t> tokens, std::span<const ReferenceMedium> media) {
        const TinyTensor& embedding = m_model.tensor("token_embd.weight");
        for (const std::int32_t token : tokens) {
            const auto row = embedding.values.begin() + token * m_sizes.width;
            m_x.emplace_back(row, row + m_sizes.width);
        }
        placeMedia(media);
        for (std::int64_t layer = 0; layer < m_sizes.layers; ++layer) {
            m_prefix = "blk." + std::to_string(layer) + ".";
            attention(contains(m_sizes.memoryLayers, layer));
            if (contains(m_sizes.crossLayers, layer)) {
                crossAttention();
            }
            feedForward();
        }
        for (const Row& x : m_x) {
            const Row normed = rms(x, m_model.tensor("output_norm.weight").values);
            m_run.logits.push_back(times(embedding, normed, m_sizes.vocab));
        }
        return std::move(m_run);
    }

private:
    static bool contains(const std::vector<std::int32_t>& layers, std::int64_t layer) {
        return std::find(layers.begin(), layers.end(), layer) != layers.end();
    }

    const TinyTensor& weight(const char* name) const {
        return m_model.tensor(m_prefix + name + ".weight");
    }

    void placeMedia(std::span<const ReferenceMedium> media) {
        const std::vector<float>& ordinals = m_model.tensor("mm.ordinal_embd.weight").values;
        for (std::size_t k = 0; k < media.size(); ++k) {
            const std::size_t width = at(m_sizes.width);
            for (std::size_t v = 0; v < media[k].vectors.size() / width; ++v) {
                Row vector(width);
                for (std::size_t i = 0; i < width; ++i) {
                    vector[i] = static_cast<double>(media[k].vectors[v * width + i]) +
                                ordinals[k % 8 * width + i];
                }
                m_media.push_back(std::move(vector));
                m_mediaPositions.push_back(media[k].position);
            }
        }
    }

    void attention(bool hasMemory) {
        const std::int64_t dim = m_sizes.headDim;
        const std::int64_t group = m_sizes.heads / m_sizes.kvHeads;
        const double scale = 1.0 / std::sqrt(static_cast<double>(dim));
        // [token][head]
        std::vector<std::vector<Row>> queries;
        std::vector<std::vector<Row>> keys;
        std::vector<std::vector<Row>> values;
        for (const Row& x : m_x) {
            const Row h = rms(x, weight("attn_norm").values);
            const Row q = times(weight("attn_q"), h, m_sizes.heads * dim);
            const Row k = times(weight("attn_k"), h, m_sizes.kvHeads * dim);
            const Row v = times(weight("attn_v"), h, m_sizes.kvHeads * dim);
            queries.emplace_back();
            for (std::int64_t head = 0; head < m_sizes.heads; ++head) {
                queries.back().push_back(rms(headOf(q, head, dim), weight("attn_q_norm").values));
            }
            keys.emplace_back();
            values.emplace_back();
            for (std::int64_t head = 0; head < m_sizes.kvHeads; ++head) {
                keys.back().push_back(rms(headOf(k, head, dim), weight("attn_k_norm").values));
                values.back().push_back(headOf(v, head, dim));
            }
        }
        // [block][KV head]
        std::vector<std::vector<Row>> entryKeys;
        std::vector<std::vector<Row>> entryValues;
        for (std::int64_t e = 0; hasMemory && (e + 1) * kBlock <= m_numTokens; ++e) {
            entryKeys.emplace_back();
            entryValues.emplace_back();
            for (std::int64_t g = 0; g < m_sizes.kvHeads; ++g) {
                Row alpha;
                const auto query = weight("attn_mem_query").values.begin() + g * dim;
                const Row u(query, query + dim);
                for (std::int64_t i = 0; i < kBlock; ++i) {
                    alpha.push_back(dot(u, keys[at(e * kBlock + i)][at(g)]) +
                                    weight("attn_mem_pos").values[at(g * kBlock + i)]);
                }
                alpha = softmax(alpha);
                Row key(at(dim));
                Row value(at(dim));
                for (std::int64_t i = 0; i < kBlock; ++i) {
                    addTo(key, keys[at(e * kBlock + i)][at(g)], alpha[at(i)]);
                    addTo(value, values[at(e * kBlock + i)][at(g)], alpha[at(i)]);
                }
                entryKeys.back().push_back(rms(key, weight("attn_mem_norm").values));
                entryValues.back().push_back(value);
            }
        }
        for (std::int64_t t = 0; t < m_numTokens; ++t) {
            const std::int64_t start =
                std::max<std::int64_t>(0, t - (m_sizes.window - 1)) / kBlock * kBlock;
            const std::int64_t numFar = hasMemory ? start / kBlock : 0;
            Row out;
            for (std::int64_t g = 0; g < m_sizes.kvHeads; ++g) {
                Row score(at(numFar));
                for (std::int64_t h = g * group; numFar > 0 && h < (g + 1) * group; ++h) {
                    Row logits;
                    for (std::int64_t e = 0; e < numFar; ++e) {
                        logits.push_back(dot(queries[at(t)][at(h)], entryKeys[at(e)][at(g)]) *
                                         scale);
                    }
                    addTo(score, softmax(logits));
                }
                const std::size_t numSelected = at(m_sizes.selectedBlocks);
                m_run.blockMargin = std::min(m_run.blockMargin, marginOf(score, numSelected));
                const std::vector<std::int64_t> selected = largestOf(score, numSelected);
                for (std::int64_t h = g * group; h < (g + 1) * group; ++h) {
                    const Row& query = queries[at(t)][at(h)];
                    const Row rotated = rotate(query, t);
                    Row logits;
                    std::vector<const Row*> sources;
                    for (std::int64_t j = start; j <= t; ++j) {
                        logits.push_back(dot(rotated, rotate(keys[at(j)][at(g)], j)) * scale);
                        sources.push_back(&values[at(j)][at(g)]);
                    }
                    for (std::int64_t e = 0; e < numFar; ++e) {
                        logits.push_back(dot(query, entryKeys[at(e)][at(g)]) * scale +
                                         weight("attn_mem_bias").values[at(h)]);
                        sources.push_back(&entryValues[at(e)][at(g)]);
                    }
                    for (const std::int64_t e : selected) {
                        for (std::int64_t j = e * kBlock; j < (e + 1) * kBlock; ++j) {
                            logits.push_back(dot(query, keys[at(j)][at(g)]) * scale +
                                             weight("attn_mem_bias").values[at(m_sizes.heads + h)]);
                            sources.push_back(&values[at(j)][at(g)]);
                        }
                    }
                    const Row mass = softmax(logits);
                    Row headOut(at(dim));
                    for (std::size_t i = 0; i < mass.size(); ++i) {
                        addTo(headOut, *sources[i], mass[i]);
                    }
                    out.insert(out.end(), headOut.begin(), headOut.end());
                }
            }
            addTo(m_x[at(t)], times(weight("attn_output"), out, m_sizes.width));
        }
    }

    void crossAttention() {
        const std::int64_t dim = m_sizes.headDim;
        const std::int64_t group = m_sizes.heads / m_sizes.kvHeads;
        const double scale = 1.0 / std::sqrt(static_cast<double>(dim));
        std::vector<Row> keys;
        std::vector<Row> values;
        for (const Row& vector : m_media) {
            keys.push_back(times(weight("cross_k"), vector, m_sizes.kvHeads * dim));
            values.push_back(times(weight("cross_v"), vector, m_sizes.kvHeads * dim));
        }
        for (std::int64_t t = 0; t < m_numTokens; ++t) {
            const auto visible =
                std::count_if(m_mediaPositions.begin(), m_mediaPositions.end(),
                              [&](std::int64_t position) { return position <= t; });
            if (visible == 0) {
                continue;
            }
            const Row h = rms(m_x[at(t)], weight("cross_norm").values);
            const Row q = times(weight("cross_q"), h, m_sizes.heads * dim);
            Row out;
            for (std::int64_t head = 0; head < m_sizes.heads; ++head) {
                const Row query = rms(headOf(q, head, dim), weight("cross_q_norm").values);
                Row logits;
                for (std::int64_t m = 0; m < visible; ++m) {
                    const Row key =
                        rms(headOf(keys[at(m)], head / group, dim), weight("cross_k_norm").values);
                    logits.push_back(dot(query, key) * scale);
                }
                const Row mass = softmax(logits);
                Row headOut(at(dim));
                for (std::int64_t m = 0; m < visible; ++m) {
                    addTo(headOut, headOf(values[at(m)], head / group, dim), mass[at(m)]);
                }
                out.insert(out.end(), headOut.begin(), headOut.end());
            }
            const double gate = std::tanh(static_cast<double>(weight("cross_gate").values[0]));
            addTo(m_x[at(t)], times(weight("cross_output"), out, m_sizes.width), gate);
        }
    }

    Row swiGlu(const char* suffix, const Row& h, std::int64_t index) const {
        const auto named = [&](const char* part) -> const TinyTensor& {
            return m_model.tensor(m_prefix + part + suffix + ".weight");
        };
        const Row gate = times(named("ffn_gate"), h, m_sizes.hidden, index);
        Row hidden = times(named("ffn_up"), h, m_sizes.hidden, index);
        for (std::size_t i = 0; i < hidden.size(); ++i) {
            hidden[i] *= gate[i] / (1.0 + std::exp(-gate[i]));
        }
        return times(named("ffn_down"), hidden, m_sizes.width, index);
    }

    void feedForward() {
        m_run.experts.emplace_back();
        m_run.weights.emplace_back();
        for (Row& x : m_x) {
            const Row h = rms(x, weight("ffn_norm").values);
            const Row p = softmax(times(weight("ffn_gate_inp"), h, m_sizes.experts));
            m_run.expertMargin = std::min(m_run.expertMargin, marginOf(p, 2));
            const std::vector<std::int64_t> best = largestOf(p, 2);
            const double sum = p[at(best[0])] + p[at(best[1])];
            const double first = p[at(best[0])] / sum;
            const bool isSkipped = m_skipThreshold < 1.0 && first > m_skipThreshold;
            const std::array<double, 2> w = {isSkipped ? 1.0 : first,
                                             isSkipped ? 0.0 : 1.0 - first};
            m_run.experts.back().push_back({static_cast<std::int32_t>(best[0]),
                                            isSkipped ? -1 : static_cast<std::int32_t>(best[1])});
            m_run.weights.back().push_back(w);
            Row y = swiGlu("_shexp", h, 0);
            addTo(y, swiGlu("_exps", h, best[0]), w[0]);
            if (!isSkipped) {
                addTo(y, swiGlu("_exps", h, best[1]), w[1]);
            }
            addTo(x, y);
        }
    }

    const TinyHearthModel& m_model;
    const TinyHearthSizes& m_sizes;
    std::int64_t m_numTokens;
    double m_skipThreshold;
    std::string m_prefix;
    std::vector<Row> m_x;
    std::vector<Row> m_media;
    std::vector<std::int64_t> m_mediaPositions;  ///< of each vector
    ReferenceRun m_run;
};

}  // namespace

ReferenceRun runReference(const TinyHearthModel& model, std::span<const std::int32_t> tokens,
                          std::span<const ReferenceMedium> media, double skipThreshold) {
    return Decoder(model, static_cast<std::int64_t>(tokens.size()), skipThreshold)
        .run(tokens, media);
}

}  // namespace hearth::testing_support
