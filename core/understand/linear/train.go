package linear

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"wismo/core/understand/words"
)

// Example is a text with its class and how much it counts.
type Example struct {
	Text   string
	Class  string
	Weight float32
}

// Settings of the training.
type Settings struct {
	Epochs int
	Rate   float32
	// Decay pulls weights to zero.
	Decay float32
	Seed  uint64
}

// Train learns a model from examples. The same examples in the same order make
// the same model, byte for byte, on one kind of processor.
func Train(examples []Example, s Settings) (*Model, error) {
	if len(examples) == 0 {
		return nil, errors.New("linear: nothing to learn from")
	}
	t := newTrainer(examples, s)
	random := rand.New(rand.NewPCG(s.Seed, 1))
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for epoch := range s.Epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		t.rate = s.Rate / float32(1+epoch)
		for _, i := range order {
			t.step(i)
		}
	}
	return t.quantised(), nil
}

// trainer descends the gradient of a multinomial logistic regression with
// AdaGrad's steps.
type trainer struct {
	classes  []string
	label    []int
	weight   []float32
	features [][]uint16
	bias     []float32
	w, g     []float32
	p        []float32
	rate     float32
	decay    float32
	filter   []byte
}

func newTrainer(examples []Example, s Settings) *trainer {
	t := &trainer{decay: s.Decay, filter: make([]byte, filterBits/8)}
	for _, e := range examples {
		if !slices.Contains(t.classes, e.Class) {
			t.classes = append(t.classes, e.Class)
		}
	}
	slices.Sort(t.classes)
	var f Features
	for _, e := range examples {
		f.Read(words.Split(e.Text))
		t.label = append(t.label, slices.Index(t.classes, e.Class))
		t.features = append(t.features, slices.Clone(f.ids[:f.n]))
		for _, h := range f.pairs[:f.p] {
			a, b := probes(h, t.label[len(t.label)-1])
			t.filter[a/8] |= 1 << (a % 8)
			t.filter[b/8] |= 1 << (b % 8)
		}
		t.weight = append(t.weight, e.Weight)
	}
	k := len(t.classes)
	t.bias, t.p = make([]float32, k), make([]float32, k)
	t.w, t.g = make([]float32, Buckets*k), make([]float32, Buckets*k)
	return t
}

func (t *trainer) step(i int) {
	ids, k := t.features[i], len(t.classes)
	scale := norm(len(ids))
	copy(t.p, t.bias)
	for _, id := range ids {
		row := t.w[int(id)*k : int(id)*k+k]
		for c, w := range row {
			t.p[c] += float32(w * scale)
		}
	}
	softmax(t.p)
	for c := range t.p {
		d := t.p[c]
		if c == t.label[i] {
			d--
		}
		t.p[c] = float32(d * t.weight[i])
		t.bias[c] -= float32(t.rate * .02 * t.p[c])
	}
	for _, id := range ids {
		row, sum := t.w[int(id)*k:int(id)*k+k], t.g[int(id)*k:int(id)*k+k]
		for c := range row {
			if t.p[c] > -1e-4 && t.p[c] < 1e-4 {
				continue
			}
			d := float32(t.p[c]*scale) + float32(t.decay*row[c])
			sum[c] += float32(d * d)
			row[c] -= float32(t.rate * d / (1e-3 + float32(math.Sqrt(float64(sum[c])))))
		}
	}
}

// quantised brings the weights into a byte each.
func (t *trainer) quantised() *Model {
	size := make([]float32, 0, len(t.w))
	for _, w := range t.w {
		if w != 0 {
			size = append(size, float32(math.Abs(float64(w))))
		}
	}
	slices.Sort(size)
	top := float32(1)
	if len(size) > 0 {
		top = size[len(size)*9995/10000]
	}
	m := &Model{classes: t.classes, scale: top / 127, bias: t.bias, weights: make([]int8, len(t.w)), filter: t.filter}
	for i, w := range t.w {
		m.weights[i] = int8(max(-127, min(127, math.Round(float64(w/m.scale)))))
	}
	return m
}
