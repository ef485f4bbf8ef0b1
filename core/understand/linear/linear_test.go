package linear_test

import (
	"bytes"
	"fmt"
	"testing"

	"wismo/core/understand/linear"
	"wismo/core/understand/words"
)

var settings = linear.Settings{Epochs: 10, Rate: .3, Seed: 7}

// lessons tell fruit from tools.
func lessons() []linear.Example {
	var out []linear.Example
	for i := range 20 {
		out = append(out,
			linear.Example{Text: fmt.Sprintf("a ripe apple and %d pears", i), Class: "fruit", Weight: 1},
			linear.Example{Text: fmt.Sprintf("a hammer with %d nails", i), Class: "tool", Weight: 1})
	}
	return out
}

func trained(t testing.TB) *linear.Model {
	t.Helper()
	m, err := linear.Train(lessons(), settings)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// judge returns the likeliest class, its probability and how familiar the text is.
func judge(m *linear.Model, text string) (string, float32, float64) {
	var f linear.Features
	f.Read(words.Split(text))
	p := make([]float32, len(m.Classes()))
	m.Score(&f, p)
	best := 0
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return m.Classes()[best], p[best], m.Familiar(&f, best)
}

func TestLearns(t *testing.T) {
	t.Parallel()
	m := trained(t)
	cases := map[string]string{"an apple": "fruit", "apples and pears": "fruit", "hammer": "tool", "hammered nails": "tool"}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got, p, _ := judge(m, text); got != want || p < .6 {
				t.Errorf("%q is %s (%.2f), want %s", text, got, p, want)
			}
		})
	}
}

func TestFamiliar(t *testing.T) {
	t.Parallel()
	m := trained(t)
	if _, _, got := judge(m, "a ripe apple and 3 pears"); got != 1 {
		t.Errorf("a text it was trained on is %.2f familiar", got)
	}
	if _, _, got := judge(m, "pears apple ripe hammer"); got > .5 {
		t.Errorf("known words in a new order are %.2f familiar", got)
	}
}

func TestTrainingIsRepeatable(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(trained(t).Bytes(), trained(t).Bytes()) {
		t.Error("the same examples made two models")
	}
}

func TestBytesAndBack(t *testing.T) {
	t.Parallel()
	m := trained(t)
	back, err := linear.Parse(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Bytes(), m.Bytes()) {
		t.Error("what was read is not what was written")
	}
	_, want, _ := judge(m, "a ripe hammer")
	if _, got, _ := judge(back, "a ripe hammer"); got != want {
		t.Errorf("probability %v, was %v", got, want)
	}
}

func TestBrokenWeights(t *testing.T) {
	t.Parallel()
	whole := trained(t).Bytes()
	cases := map[string][]byte{
		"nothing": nil, "other file": []byte("PK\x03\x04"), "no classes": []byte("WLM1\x00"), "cut off in a name": whole[:7],
		"cut off": whole[:len(whole)-1], "too long": append(bytes.Clone(whole), 0),
	}
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := linear.Parse(raw); err == nil {
				t.Error("was read")
			}
		})
	}
}

func TestNothingToLearnFrom(t *testing.T) {
	t.Parallel()
	if _, err := linear.Train(nil, settings); err == nil {
		t.Error("learnt from nothing")
	}
}
