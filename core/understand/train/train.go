// Package train knows from which texts the recogniser's model is learnt, and
// how. The texts are not part of the repository; what is learnt from them is.
package train

import (
	"fmt"
	"math"
	"path/filepath"

	"wismo/core/understand"
	"wismo/core/understand/linear"
	"wismo/core/understand/measure"
)

// sources are the files that may train what is shipped, in the order in which
// they are read; their licences are in NOTICE.
var sources = [...]struct {
	file   string
	weight float32
}{
	{"intent_hint3.jsonl", 2},
	{"intent_bitext.jsonl", 1},
	{"intent_clinc150.jsonl", 1},
	{"intent_banking77.jsonl", .5},
	{"intent_multidogo.jsonl", .6},
}

// settings of the shipped model.
var settings = linear.Settings{Epochs: 8, Rate: .25, Decay: 1e-6, Seed: 20260101}

// Model learns from all rows that keep holds for; all of them if it is nil.
func Model(dir string, keep func(*measure.Row) bool) (*linear.Model, error) {
	var examples []linear.Example
	for _, s := range sources {
		rows, err := measure.Load(filepath.Join(dir, s.file))
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		examples = append(examples, from(rows, s.weight, keep)...)
	}
	return linear.Train(examples, settings)
}

// from makes examples of one source's rows. Rows of a class that has few count
// for more.
func from(rows []measure.Row, weight float32, keep func(*measure.Row) bool) []linear.Example {
	var out []linear.Example
	count := map[string]int{}
	for i := range rows {
		if keep != nil && !keep(&rows[i]) {
			continue
		}
		if e, ok := example(&rows[i]); ok {
			count[e.Class]++
			out = append(out, e)
		}
	}
	for i := range out {
		rare := float32(math.Sqrt(float64(usual) / float64(count[out[i].Class])))
		out[i].Weight *= weight * max(.4, min(rare, 2.5))
	}
	return out
}

// usual is how many rows a class has in a source for each to count once.
const usual = 300

// example turns a row into what is learnt from it. A label that fits another
// trade only by analogy, a card for a parcel, is learnt as out of scope.
func example(r *measure.Row) (linear.Example, bool) {
	e := linear.Example{Text: r.Text, Class: string(r.Intent), Weight: 1}
	switch r.Map {
	case "noisy":
		e.Weight = .5
		if r.Intent == understand.ProvideInfo {
			return e, false
		}
	case "analogue":
		e.Class = string(understand.OutOfScope)
	case "weak":
		e.Weight = .5
	}
	return e, true
}
