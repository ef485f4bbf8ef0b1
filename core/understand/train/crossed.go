package train

import (
	"hash/fnv"
	"path/filepath"

	"wismo/core/understand"
	"wismo/core/understand/measure"
)

// folds is how many parts the texts are split into for Crossed.
const folds = 3

// fold is the part that a row belongs to. The three shops of HINT3 are a part
// each: no model that judges a shop's customers has seen any of them.
func fold(r *measure.Row) int {
	switch r.Source {
	case "hint3/sofmattress":
		return 0
	case "hint3/curekart":
		return 1
	case "hint3/powerplay11":
		return 2
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.ID)) // never fails
	return int(h.Sum32() % folds)
}

// Crossed judges every row of the files that train the model, by file, each by
// a model that has not seen it.
func Crossed(dir string) (map[string][]measure.Judged, error) {
	out := map[string][]measure.Judged{}
	for k := range folds {
		m, err := Model(dir, func(r *measure.Row) bool { return fold(r) != k })
		if err != nil {
			return nil, err
		}
		mind, err := understand.NewWith(m)
		if err != nil {
			return nil, err
		}
		for _, s := range sources {
			rows, err := measure.Load(filepath.Join(dir, s.file))
			if err != nil {
				return nil, err
			}
			var held []measure.Row
			for _, r := range rows {
				if fold(&r) == k {
					held = append(held, r)
				}
			}
			out[s.file] = append(out[s.file], measure.Judge(mind, held)...)
		}
	}
	return out, nil
}
