package understand

// bareOrders reads a number that nothing names. It counts when the bot has
// asked for one, when it is nearly all there is, or when the text speaks of an
// order or a parcel; and only if no named one was found.
func (r *reader) bareOrders() {
	if r.named {
		return
	}
	asked := r.hint.Awaiting == OrderNumber || r.mostlyNumber()
	if !asked && !r.talk && !r.onlyNumber() {
		return
	}
	digits := 0
	for i := 0; i < len(r.toks); i++ {
		t := &r.toks[i]
		if t.taken || !t.numeric() {
			continue
		}
		first, last := r.leftOf(i), r.rightOf(i, asked && !r.tok(i-1).numeric())
		if !asked && !r.talk && t.digits < 4 || !r.mayBeBare(first, i, last, asked) {
			i = last
			continue
		}
		n := r.digits(first, last)
		if v := r.value(first, last, false); v != "" && (digits == 0 || digits == n) {
			digits = n // a shop's numbers are of one length, and the order comes first
			r.addOrder(first, last, v)
		}
		i = last
	}
}

// mayBeBare reports whether the tokens first to last, the digits from i on, can
// be an order number that nobody calls one.
func (r *reader) mayBeBare(first, i, last int, asked bool) bool {
	switch r.labelled(first, last) {
	case phoneLabel, otherLabel, moneyLabel:
		return false
	case trackLabel:
		if r.digits(first, last) >= 8 {
			return false
		}
	}
	t, before, after := &r.toks[i], r.tok(first-1), r.tok(last+1)
	if last > i && before.kind == word && before.len() == 1 && before.gap == t.gap && r.shouted(first-1) {
		return false // letters spelt out as well
	}
	if r.row(i) || before.word(cFill) && r.tok(first-2).numeric() && isRange(r.bytes(before)) {
		return false
	}
	if !before.gap && !r.toks[first].gap && (before.is('.') || before.is('-') || before.is('/') || before.is('&') && r.tok(first-2).c == 0) {
		return false
	}
	if t.kind == mixed && (t.len()-int(t.digits) > 3 || t.digits > 6 || r.own.prefix != "" && !asked) {
		return false
	}
	if last == i && r.amount(i, before, after, asked) {
		return false
	}
	return !(last > i && r.toks[last].kind == number && r.toks[i].len() > 1 && r.tok(i+1).kind == punct)
}

// onlyNumber reports whether a short text has one number that is left over, and
// that is long enough to be no count: "what's up with 10455".
func (r *reader) onlyNumber() bool {
	words, numbers := 0, 0
	for i := range r.toks {
		switch t := &r.toks[i]; {
		case t.kind == word:
			words++
		case t.numeric() && !t.taken:
			if t.digits >= 4 {
				numbers++
			}
		}
	}
	return numbers == 1 && words <= 12
}

// amount reports whether a short number that nothing names counts something, by
// the words beside it: "1500 followers", "only 800 came".
func (r *reader) amount(i int, before, after *token, asked bool) bool {
	t := &r.toks[i]
	thing := after.kind == word && after.gap && after.cue == 0 && !isTelling(r.bytes(after))
	if t.digits <= 3 && thing {
		return true
	}
	if t.kind != number || t.digits > 4 {
		return false
	}
	said := before.kind == word && !before.has(cFill|cIs|cNum)
	b := r.bytes(t)
	round := len(b) > 2 && b[len(b)-1] == '0' && b[len(b)-2] == '0'
	switch {
	case thing:
		return said || round || r.yearLike(i) || after.len() > 3 && r.f.b[after.b-1] == 's'
	case round:
		return said && !asked
	}
	return false
}

// isTelling reports whether a word says what a thing tells or does, so that the
// number before it names the thing and does not count it: "1002 says delivered".
func isTelling(w []byte) bool {
	switch string(w) {
	case "says", "shows", "said", "showed", "keeps", "still", "never", "hasnt", "isnt", "didnt", "wasnt",
		"zeigt", "sagt", "steht", "nie", "immer", "dit", "indique", "toujours", "jamais", "dice", "aparece", "sigue", "nunca",
		"risulta", "mai", "zegt", "staat", "nog", "nooit", "diz", "consta", "ainda":
		return true
	}
	return false
}

// digits is how many the tokens i to j have.
func (r *reader) digits(i, j int) int {
	n := 0
	for k := i; k <= j; k++ {
		n += int(r.toks[k].digits)
	}
	return n
}

// mostlyNumber reports whether the text is little more than one number:
// "1001", "it's 1001", "1001 ana@example.com".
func (r *reader) mostlyNumber() bool {
	letters := 0
	for i := range r.toks {
		if t := &r.toks[i]; t.kind == word && !t.taken {
			letters += t.len()
		}
	}
	return letters <= 12
}

// isRange reports whether a word stands between the ends of a range.
func isRange(w []byte) bool {
	switch string(w) {
	case "to", "bis", "a", "au", "al", "ao", "tot":
		return true
	}
	return false
}

// row reports whether token i is one of several groups of digits side by side,
// as phones, cards and accounts are written, and too many for an order.
func (r *reader) row(i int) bool {
	groups, digits, single := 0, 0, true
	from := i
	for from > 0 && i-from < maxGroups && r.toks[from-1].numeric() && !r.toks[from-1].taken && !r.toks[from].line {
		from--
	}
	for k := from; k < len(r.toks) && k-from < 2*maxGroups && r.toks[k].numeric() && !r.toks[k].taken && (k == i || !r.toks[k].line || k < i); k++ {
		groups++
		digits += int(r.toks[k].digits)
		single = single && r.toks[k].len() == 1
	}
	return groups >= 3 && digits >= minPhone && !single
}
