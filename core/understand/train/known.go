package train

import (
	"path/filepath"
	"slices"
	"strings"

	"wismo/core/understand/lexicon"
	"wismo/core/understand/measure"
	"wismo/core/understand/words"
)

// wordSources are files whose writers spell well enough that a word which
// stands there several times exists.
var wordSources = [...]string{"intent_clinc150.jsonl", "intent_banking77.jsonl"}

// knownFrom is how often a word must stand there.
const knownFrom = 3

// Known lists the English words that exist but would be taken for misspellings
// of words in the lexicon.
func Known(dir string) ([]string, error) {
	lex, err := lexicon.Bare()
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	var out []string
	for _, file := range wordSources {
		rows, err := measure.Load(filepath.Join(dir, file))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			for _, w := range words.Split(r.Text).Words {
				if w.Kind != words.Letters {
					continue
				}
				if count[w.Text]++; count[w.Text] == knownFrom {
					if _, wrong := lex.Corrected(w.Text); wrong {
						out = append(out, w.Text)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// KnownFile is the list as the lexicon reads it.
func KnownFile(list []string) string {
	var b strings.Builder
	b.WriteString("# English words that exist and are no misspellings of words in en.txt.\n# Made by go generate in core/understand; see cmd/internal/trainintents.\n")
	for i, w := range list {
		switch {
		case i == 0:
		case i%20 == 0:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	b.WriteByte('\n')
	return b.String()
}
