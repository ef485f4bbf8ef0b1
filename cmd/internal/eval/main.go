// Command eval measures how well the built-in recogniser understands texts, and the
// e-mail channel reads mails, that its builders did not write, and prints the figures beside those that stand in
// the repository.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/understand/measure"
)

// standing is where the figures are kept that must not fall.
const standing = "core/understand/testdata/figures.json"

func main() {
	write := flag.Bool("write", false, "let these figures stand")
	wrong := flag.String("wrong", "", "also list what is misunderstood in the table whose title has this word, such as mails")
	flag.Parse()
	if err := run(*write, *wrong); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(write bool, wrong string) error {
	root, err := measure.Root()
	if err != nil {
		return err
	}
	dir, err := measure.Data()
	if err != nil {
		return err
	}
	mind, err := understand.New()
	if err != nil {
		return err
	}
	s, err := measureAll(mind, root, dir)
	if err != nil {
		return err
	}
	stand, err := load(filepath.Join(root, standing))
	if err != nil && !write {
		return err
	}
	for _, n := range s.figures.names() {
		fmt.Printf("%-34s %.3f   stands at %.3f\n", n, s.figures[n], stand[n])
	}
	s.confusions(os.Stdout)
	fmt.Printf("\nmails\n%s\n", strings.Join(s.mails, "\n"))
	if wrong != "" && strings.Contains("mails", wrong) {
		fmt.Println(strings.Join(s.missed, "\n"))
	}
	s.wrong(wrong)
	speed(mind, root)
	if write {
		return save(filepath.Join(root, standing), s.figures)
	}
	if down := s.figures.fallen(stand, .02); len(down) > 0 {
		return fmt.Errorf("fallen: %s", strings.Join(down, ", "))
	}
	return nil
}

// wrong lists the misunderstood texts of a table.
func (s *sheet) wrong(title string) {
	for _, t := range s.tables {
		if title == "" || !strings.Contains(t.title, title) {
			continue
		}
		for i := range t.rows {
			j := &t.rows[i]
			if !j.Takes(j.Top(), true) {
				fmt.Printf("%s %q: %v %q\n", j.Intent, j.Text, j.Got.Intents, j.Got.Rules)
			}
		}
	}
}

// speed prints how fast the recogniser is on the opening messages.
func speed(mind *understand.Recogniser, root string) {
	rows, err := measure.Load(filepath.Join(root, "core/understand/testdata/openings.jsonl"))
	if err != nil {
		return
	}
	h := understand.Hint{Format: shop.Defaults().Orders, Region: "US"}
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			mind.Understand(rows[i%len(rows)].Text, h)
		}
	})
	fmt.Printf("\n%.0f messages a second on one core, %d allocations each\n", 1e9/float64(max(r.NsPerOp(), 1)), r.AllocsPerOp())
}

func load(file string) (figures, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var f figures
	return f, json.Unmarshal(raw, &f)
}

func save(file string, f figures) error {
	rounded := figures{}
	for n, v := range f {
		rounded[n] = float64(int(v*1000+.5)) / 1000
	}
	raw, err := json.MarshalIndent(rounded, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(raw, '\n'), 0o644)
}
