package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"

	"wismo/core/understand"
	"wismo/core/understand/measure"
	"wismo/core/understand/train"
)

func main() {
	list := flag.String("list", "", "")
	kind := flag.String("kind", "", "")
	flag.Float64Var(&understand.FamAlone, "fa", .3, "")
	flag.Float64Var(&understand.FamAgainst, "fg", .65, "")
	flag.Float64Var(&understand.SureAgainst, "sa", .9, "")
	flag.Float64Var(&understand.FamOut, "fo", .9, "")
	flag.Float64Var(&understand.SureOut, "so", .97, "")
	flag.Parse()
	r, err := understand.New()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	dir, _ := measure.Data()
	for _, s := range []string{"hint3", "bitext", "clinc150", "banking77", "multidogo", "measure-only/intent_misc_multilingual"} {
		p := dir + "/intent_" + s + ".jsonl"
		if s[0] == 'm' && s[1] == 'e' {
			p = dir + "/" + s + ".jsonl"
		}
		rows, err := measure.Load(p)
		if err != nil {
			fmt.Println(err)
			continue
		}
		js := measure.Judge(r, rows)
		show(s, js, *list, *kind)
	}
	crossed(dir, *list, *kind)
	rows, _ := measure.Load("core/understand/testdata/openings.jsonl")
	js := measure.Judge(r, rows)
	show("openings", js, *list, *kind)
	for _, l := range []string{"en", "de", "fr", "es", "it", "nl", "pt"} {
		x := measure.Of(js, func(j *measure.Judged) bool { return j.Lang == l })
		ok := 0
		for _, j := range x {
			if j.Got.Language == l {
				ok++
			}
		}
		fmt.Printf("  %s strict %.3f lenient %.3f lang %d/%d\n", l, measure.Macro(x, false), measure.Macro(x, true), ok, len(x))
	}
}

func show(name string, js []measure.Judged, list, kind string) {
	srcs := map[string]bool{}
	var order []string
	for _, j := range js {
		if !srcs[j.Source] {
			srcs[j.Source] = true
			order = append(order, j.Source)
		}
	}
	if len(order) > 4 {
		order = order[:1]
	}
	for _, src := range order {
		x := measure.Of(js, func(j *measure.Judged) bool { return j.Source == src })
		if len(order) == 1 {
			x = js
		}
		fmt.Printf("%-22s %5d strict %.3f lenient %.3f found %.3f mistaken %.3f\n", name+":"+src, len(x), measure.Macro(x, false), measure.Macro(x, true), measure.Found(x), measure.Mistaken(x))
		if list != "" && (list == name || list == src) {
			if kind == "c" {
				measure.Confusion(os.Stdout, x)
				continue
			}
			for i := range x {
				j := &x[i]
				if !j.Takes(j.Top(), true) && (kind == "" || kind == string(j.Intent)) {
					fmt.Printf("    [%s] %q -> %v %q\n", j.Intent, j.Text, j.Got.Intents, j.Got.Rules)
				}
			}
		}
	}
}

func crossed(dir, list, kind string) {
	fold := func(r *measure.Row) int {
		switch r.Source {
		case "hint3/sofmattress":
			return 0
		case "hint3/curekart":
			return 1
		case "hint3/powerplay11":
			return 2
		}
		h := fnv.New32a()
		h.Write([]byte(r.ID))
		return int(h.Sum32() % 3)
	}
	all := map[string][]measure.Judged{}
	for k := range 3 {
		m, err := train.Model(dir, func(r *measure.Row) bool { return fold(r) != k })
		if err != nil {
			panic(err)
		}
		r, err := understand.NewWith(m)
		if err != nil {
			panic(err)
		}
		for _, s := range []string{"hint3", "bitext", "clinc150", "banking77", "multidogo"} {
			rows, _ := measure.Load(dir + "/intent_" + s + ".jsonl")
			rows = slices.DeleteFunc(rows, func(r measure.Row) bool { return fold(&r) != k })
			all[s] = append(all[s], measure.Judge(r, rows)...)
		}
	}
	for _, s := range []string{"hint3", "bitext", "clinc150", "banking77", "multidogo"} {
		show("x-"+s, all[s], list, kind)
		for _, in := range []string{"track_order", "out_of_scope"} {
			x := measure.Of(all[s], func(j *measure.Judged) bool { return string(j.Intent) == in })
			fmt.Printf("      %s %.3f\n", in, measure.Macro(x, true))
		}
	}
}
