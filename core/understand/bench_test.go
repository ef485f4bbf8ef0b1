package understand_test

import (
	"testing"

	"wismo/core/understand"
	"wismo/core/understand/measure"
)

// BenchmarkUnderstand reads the opening messages one after the other. It wants
// 20,000 messages a second, 50 µs each, on one core.
func BenchmarkUnderstand(b *testing.B) {
	rows, err := measure.Load("testdata/openings.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	r, h := mind(b), hint()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Understand(rows[i%len(rows)].Text, h)
	}
}

// BenchmarkNew is what the recogniser adds to the program's start.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := understand.New(); err != nil {
			b.Fatal(err)
		}
	}
}
