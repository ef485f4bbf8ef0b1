// Package linear knows a small model that tells classes of texts apart by
// adding up weights of their words and pieces of words.
package linear

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"wismo/core/understand/words"
)

// Buckets is how many weights each class has. Words and pieces of words share
// them by their hash.
const Buckets = 1 << 15

// MaxFeatures is how many features of a text are used at most.
const MaxFeatures = 768

// maxPairs is how many pairs of neighbouring words are looked at.
const maxPairs = 128

// filterBits is the size of the filter that remembers pairs of words.
const filterBits = 1 << 20

// Features are the hashed words and pieces of words of a text.
type Features struct {
	ids   [MaxFeatures]uint16
	n     int
	pairs [maxPairs]uint32
	p     int
}

// Model holds the weights. It does not change once read or trained and may be
// used from any goroutine.
type Model struct {
	classes []string
	scale   float32
	bias    []float32
	weights []int8 // Buckets times the classes, those of one bucket together
	filter  []byte // a Bloom filter of the pairs of words that were learnt from
}

// Classes are the names that the model can give, in the order of Score.
func (m *Model) Classes() []string { return m.classes }

const (
	offset = 2166136261
	prime  = 16777619
)

func hash(h uint32, s string) uint32 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * prime
	}
	return h
}

func (f *Features) add(h uint32) {
	if f.n < MaxFeatures {
		f.ids[f.n] = uint16((h ^ h>>15) & (Buckets - 1))
		f.n++
	}
}

// Read fills f with the features of a text: each word, each pair of
// neighbours, and the pieces of three to five letters of each word.
func (f *Features) Read(t *words.Text) {
	f.n, f.p = 0, 0
	before := hash(offset, "<")
	for i := range t.Words {
		word := plain(&t.Words[i])
		if word == "" {
			continue
		}
		h := hash(offset, word)
		f.add(h)
		f.pair(hash(before*prime^31, word))
		before = h
		if t.Words[i].Kind == words.Letters {
			f.pieces(word)
		}
	}
	f.pair(hash(before*prime^31, ">"))
}

func (f *Features) pair(h uint32) {
	f.add(h)
	if f.p < maxPairs {
		f.pairs[f.p] = h
		f.p++
	}
}

// Familiar is the share of the text's pairs of neighbouring words that stood in
// the texts of a class that the model was trained on: near 1 for texts of the
// same making, low for what people write otherwise.
func (m *Model) Familiar(f *Features, class int) float64 {
	if f.p == 0 {
		return 0
	}
	n := 0
	for _, h := range f.pairs[:f.p] {
		a, b := probes(h, class)
		if m.filter[a/8]&(1<<(a%8)) != 0 && m.filter[b/8]&(1<<(b%8)) != 0 {
			n++
		}
	}
	return float64(n) / float64(f.p)
}

// probes are the two bits of the filter that stand for a pair in a class.
func probes(h uint32, class int) (a, b uint32) {
	h = (h ^ uint32(class+1)*0x9E3779B1) * prime
	h ^= h >> 15
	return h & (filterBits - 1), (h * 2654435761 >> 11) & (filterBits - 1)
}

// plain is what stands for a word: all numbers are one.
func plain(w *words.Word) string {
	switch w.Kind {
	case words.Number:
		return "0"
	case words.Contact:
		return "@"
	case words.Mention:
		return ""
	}
	return w.Text
}

func (f *Features) pieces(word string) {
	for n := 3; n <= 5; n++ {
		for i := -1; i+n <= len(word)+1; i++ {
			h := uint32(offset) ^ uint32(n)
			if i < 0 {
				h = (h ^ '<') * prime
			}
			h = hash(h, word[max(i, 0):min(i+n, len(word))])
			if i+n > len(word) {
				h = (h ^ '>') * prime
			}
			f.add(h)
		}
	}
}

// Score fills p, which has room for each class, with probabilities.
func (m *Model) Score(f *Features, p []float32) {
	sums := make([]int32, len(m.classes))
	k := len(m.classes)
	for _, id := range f.ids[:f.n] {
		row := m.weights[int(id)*k : int(id)*k+k]
		for c, w := range row {
			sums[c] += int32(w)
		}
	}
	norm := norm(f.n)
	for c := range p {
		p[c] = m.bias[c] + float32(sums[c])*m.scale*norm
	}
	softmax(p)
}

// norm makes long and short texts comparable.
func norm(n int) float32 { return float32(1 / math.Sqrt(float64(max(n, 1)))) }

func softmax(p []float32) {
	top := p[0]
	for _, v := range p {
		top = max(top, v)
	}
	sum := float32(0)
	for i, v := range p {
		p[i] = float32(math.Exp(float64(v - top)))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

const magic = "WLM1"

// Bytes returns the model as Parse reads it.
func (m *Model) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(magic)
	b.WriteByte(byte(len(m.classes)))
	for _, c := range m.classes {
		b.WriteByte(byte(len(c)))
		b.WriteString(c)
	}
	put := func(v float32) {
		var raw [4]byte
		binary.LittleEndian.PutUint32(raw[:], math.Float32bits(v))
		b.Write(raw[:])
	}
	put(m.scale)
	for _, v := range m.bias {
		put(v)
	}
	for _, w := range m.weights {
		b.WriteByte(byte(w))
	}
	b.Write(m.filter)
	return b.Bytes()
}

// Parse reads what Bytes wrote.
func Parse(raw []byte) (*Model, error) {
	if !bytes.HasPrefix(raw, []byte(magic)) || len(raw) < 5 {
		return nil, errors.New("linear: these are no weights")
	}
	m := &Model{}
	n, at := int(raw[4]), 5
	for range n {
		if at >= len(raw) || at+1+int(raw[at]) > len(raw) {
			return nil, errors.New("linear: the weights end too soon")
		}
		m.classes = append(m.classes, string(raw[at+1:at+1+int(raw[at])]))
		at += 1 + int(raw[at])
	}
	if n == 0 || len(raw) != at+4+4*n+Buckets*n+filterBits/8 {
		return nil, fmt.Errorf("linear: %d bytes of weights for %d classes", len(raw), n)
	}
	next := func() float32 {
		at += 4
		return math.Float32frombits(binary.LittleEndian.Uint32(raw[at-4:]))
	}
	m.scale = next()
	for range n {
		m.bias = append(m.bias, next())
	}
	m.weights = make([]int8, Buckets*n)
	for i := range m.weights {
		m.weights[i] = int8(raw[at+i])
	}
	m.filter = raw[at+len(m.weights):]
	return m, nil
}
