package parse_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/channels/email/parse"
)

// crlf is a mail as it stands on the wire.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

var options = parse.Options{
	Ours: []string{"care@example.com", "orders@example.com"}, AuthservID: "mx.example.com", MaxFiles: 3, MaxFileBytes: 1 << 20,
	OurID: func(id string) bool { return strings.HasSuffix(id, ".ours@example.com") },
}

const fromAna = "From: Ana Bell <ana@example.com>\nTo: care@example.com\nSubject: Re: Order #1001 confirmed\nDate: Mon, 16 Nov 2026 09:12:00 +0100\nMessage-ID: <1@example.com>\n"

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw   string
		check func(t *testing.T, m parse.Mail)
	}{
		"a reply": {fromAna + "In-Reply-To: <a.ours@example.com>\nReferences: <first@example.com>\n <a.ours@example.com>\n\nWhere is it?\n\nOn Mon, 16 Nov 2026 at 08:00, Care <care@example.com> wrote:\n> Thanks for #1001\n", func(t *testing.T, m parse.Mail) {
			is(t, m.From, "ana@example.com")
			is(t, m.FromName, "Ana Bell")
			is(t, m.Subject, "Order #1001 confirmed")
			is(t, m.Reply, "Where is it?")
			is(t, strings.Join(m.References, " "), "first@example.com a.ours@example.com")
			is(t, m.Date.Format(time.RFC3339), "2026-11-16T08:12:00Z")
			is(t, fmt.Sprintf("%v %v %v", m.Answers, m.Class, m.Flags), "true person []")
		}},
		"charsets": {fromAna + "Content-Type: text/plain; charset=iso-8859-2\nContent-Transfer-Encoding: quoted-printable\n\nGdzie jest moja paczka? Dzi=EAkuj=EA\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Gdzie jest moja paczka? Dziękuję")
		}},
		"a charset that is none": {fromAna + "Content-Type: text/plain; charset=klingon\n\nGr\xfc\xdfe\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Grüße")
			flags(t, m, parse.FlagCharset)
		}},
		"a charset that is another": {fromAna + "Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Grüße")
			flags(t, m, parse.FlagCharset)
		}},
		"an encoding that is none": {fromAna + "Content-Transfer-Encoding: x-rot13\n\nWhere is it?\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
			flags(t, m, parse.FlagEncoding)
		}},
		"broken quoted-printable": {fromAna + "Content-Transfer-Encoding: quoted-printable\n\n1 = 1, 50=ZZ =C3=BC=\n!\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "1 = 1, 50=ZZ ü!")
			flags(t, m, parse.FlagEncoding)
		}},
		"broken base64": {fromAna + "Content-Transfer-Encoding: base64\n\nV2hlcmUg\n!!aXMgaXQ/\nV\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
			flags(t, m, parse.FlagEncoding)
		}},
		"subjects": {"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>\nSubject: =?utf-8?B?QmVzdGVsbHVuZyDD?= =?utf-8?B?vA==?= =?iso-8859-1?Q?be r?=\n\nx", func(t *testing.T, m parse.Mail) {
			is(t, m.Subject, "Bestellung übe r")
			is(t, m.FromName, "Jörg")
		}},
		"raw bytes above 127": {"From: J\xf6rg <joerg@example.com>\nSubject: Gr\xfc\xdfe\n\nx", func(t *testing.T, m parse.Mail) {
			is(t, m.Subject, "Grüße")
			is(t, m.From+" "+m.FromName, "joerg@example.com Jörg")
		}},
		"HTML alone": {fromAna + "Content-Type: text/html\n\n<p>Where is <i>it</i>?</p><div style='display:none'>#1002</div>", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
			flags(t, m, parse.FlagHTMLOnly)
		}},
		"alternatives and a photo": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nbroken vase\n--b\nContent-Type: text/html\n\n<p>broken vase</p>\n--b--\n--a\nContent-Type: image/jpeg; name=\"../../etc/photo.jpg\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\naGVsbG8=\n--a--\nepilogue", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "broken vase")
			is(t, fmt.Sprintf("%d %s %s %d %s", len(m.Files), m.Files[0].Name, m.Files[0].Type, m.Files[0].Size, m.Files[0].Data), "1 photo.jpg image/jpeg 5 hello")
			flags(t, m)
		}},
		"a part without a header": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nHello\nOrder: 1001\n\nWhere is it?\n--a--\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Hello\nOrder: 1001\n\nWhere is it?")
			flags(t, m)
		}},
		"a part that does not end": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nWhere is it?", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
			flags(t, m, parse.FlagBroken)
		}},
		"a boundary that is another": {fromAna + "Content-Type: multipart/mixed; boundary=nothing\n\n--real\nContent-Type: text/plain\n\nWhere is it?\n--real--\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
			flags(t, m, parse.FlagBroken)
		}},
		"a multipart without parts": {fromAna + "Content-Type: multipart/mixed\n\nWhere is it?\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "Where is it?")
		}},
		"a calendar and winmail.dat": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhi\n--a\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--a\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n--a--\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "hi")
			flags(t, m, parse.FlagCalendar, parse.FlagWinmail)
		}},
		"a mail passed on": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nsee there\n--a\nContent-Type: message/rfc822\n\nFrom: care@example.com\nSubject: Order #1001\n\nThanks\n--a--\n", func(t *testing.T, m parse.Mail) {
			is(t, m.Reply, "see there")
			is(t, m.Quoted, "Order #1001\nThanks")
			is(t, m.Files[0].Name, "Order #1001.eml")
		}},
		"a token in the address": {"From: ana@example.com\nTo: \"Care\" <care+x1Y-_z@example.com>\n\nhi", func(t *testing.T, m parse.Mail) { is(t, m.Token, "x1Y-_z") }},
		"delivered to a token":   {"From: ana@example.com\nDelivered-To: care+abc@example.com\nTo: undisclosed-recipients:;\n\nhi", func(t *testing.T, m parse.Mail) { is(t, m.Token, "abc") }},
		"somebody else's token":  {"From: ana@example.com\nTo: ben+abc@example.com\n\nhi", func(t *testing.T, m parse.Mail) { is(t, m.Token, "") }},
		"NUL bytes":              {"From: ana@example.com\nSubject: a\x00b\n\nWhe\x00re is it?", func(t *testing.T, m parse.Mail) { is(t, m.Subject+m.Reply, "a bWhere is it?") }},
		"no From":                {"Subject: hi\n\nhello", func(t *testing.T, m parse.Mail) { flags(t, m, parse.FlagNoFrom) }},
		"two Froms": {"From: ana@example.com\nFrom: eve@example.net\n\nhello", func(t *testing.T, m parse.Mail) {
			flags(t, m, parse.FlagSenders)
			is(t, string(m.Authentication), "fail")
		}},
		"two in From":                 {"From: ana@example.com, eve@example.net\n\nhello", func(t *testing.T, m parse.Mail) { flags(t, m, parse.FlagSenders) }},
		"an address as a name":        {"From: \"ana@example.com\" <eve@example.net>\n\nhello", func(t *testing.T, m parse.Mail) { is(t, m.From, "eve@example.net") }},
		"an address as a broken name": {"From: ana@example.com <eve@example.net>\n\nhello", func(t *testing.T, m parse.Mail) { is(t, m.From, "eve@example.net") }},
		"a group":                     {"From: Friends: ana@example.com;\n\nhello", func(t *testing.T, m parse.Mail) { is(t, m.From, "ana@example.com") }},
		"an empty group":              {"From: Friends:;\n\nhello", func(t *testing.T, m parse.Mail) { flags(t, m, parse.FlagNoFrom) }},
		"a domain in its script":      {"From: ana@bücher.example\n\nhello", func(t *testing.T, m parse.Mail) { is(t, m.From, "ana@xn--bcher-kva.example") }},
		"a broken date":               {"From: ana@example.com\nDate: Monday 16 Nov 2026 09:12\n\nhi", func(t *testing.T, m parse.Mail) { is(t, m.Date.Format(time.DateTime), "2026-11-16 09:12:00") }},
		"no date":                     {"From: ana@example.com\nDate: soon\n\nhi", func(t *testing.T, m parse.Mail) { is(t, m.Date.IsZero(), true) }},
		"an mbox's line":              {"From ana Mon Nov 16\nFrom: ana@example.com\nthis is no field\nSubject: hi\n\nhello", func(t *testing.T, m parse.Mail) { is(t, m.Subject, "hi"); flags(t, m, parse.FlagHeader) }},
		"files beyond the bounds": {fromAna + "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhi\n" + strings.Repeat("--a\nContent-Type: image/png\n\nx\n", 5) + "--a--\n", func(t *testing.T, m parse.Mail) {
			is(t, len(m.Files), 5)
			is(t, string(m.Files[2].Data)+"|"+string(m.Files[3].Data), "x|")
			flags(t, m, parse.FlagFilesLeft)
		}},
		"nothing": {"", func(t *testing.T, m parse.Mail) {
			is(t, m.Class, parse.Person)
			flags(t, m, parse.FlagNoFrom, parse.FlagNoText)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t, parse.Read(crlf(c.raw), options))
			c.check(t, parse.Read([]byte(c.raw), options))
		})
	}
}

func is[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func flags(t *testing.T, m parse.Mail, want ...string) {
	t.Helper()
	for _, f := range want {
		if !m.Has(f) {
			t.Errorf("it has no flag %s: %v", f, m.Flags)
		}
	}
	if len(want) == 0 && len(m.Flags) > 0 {
		t.Errorf("it has flags %v", m.Flags)
	}
}

func TestClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  string
		want parse.Class
	}{
		"a person":                     {fromAna + "\nhi", parse.Person},
		"a person about a bounce":      {fromAna + "\nyour mail was returned to me, user unknown?", parse.Person},
		"a person whose mail says so":  {fromAna + "Auto-Submitted: no\n\nhi", parse.Person},
		"a person who is out of stock": {"From: ana@example.com\nSubject: delivery problem with my order\n\nit was not delivered", parse.Person},
		"a failed delivery, says Ana":  {"From: ana@example.com\nSubject: Failed delivery #1001\n\nThe parcel could not be delivered, says the driver", parse.Person},
		"a parcel over its time":       {"From: ana@example.com\nSubject: Not delivered\n\nMy parcel 1001 was not delivered. It was returned to sender!", parse.Person},
		"about a mail":                 {"From: ana@example.com\nSubject: Delivery problem\n\nThe mail was sent to my mailbox but the message has no tracking. E-mail address is this one.", parse.Person},
		"absent, says a customer":      {"From: ana@example.com\nSubject: Absence de colis\n\nrien reçu", parse.Person},
		"about a car":                  {"From: ana@example.com\nSubject: Auto: wo bleibt es\n\nwo?", parse.Person},
		"was not at home":              {"From: ana@example.com\nSubject: Abwesend bei der Zustellung\n\nwann nochmal?", parse.Person},
		"sent on by a rule":            {fromAna + "Auto-Submitted: auto-forwarded\nX-MS-Exchange-Inbox-Rules-Loop: info@example.com\n\nwhere is it?", parse.Person},
		"out of office":                {fromAna + "Auto-Submitted: auto-replied\n\nI am away", parse.AutoReply},
		"out of office by its subject": {"From: ana@example.com\nSubject: Automatische Antwort: Bestellung\n\nbin weg", parse.AutoReply},
		"no reply wanted":              {"From: Carrier <no-reply@example.net>\nSubject: parcel\n\non its way", parse.AutoReply},
		"an empty return path":         {"Return-Path: <>\n" + fromAna + "\nhi", parse.AutoReply},
		"a newsletter":                 {fromAna + "List-Unsubscribe: <https://example.com>\n\nbuy", parse.List},
		"bulk":                         {fromAna + "Precedence: bulk\n\nbuy", parse.List},
		"ours":                         {"From: Orders <orders@example.com>\n\nhi", parse.Self},
		"our mail back":                {"From: eve@example.net\nMessage-ID: <x.ours@example.com>\n\nhi", parse.Self},
		"a loop":                       {fromAna + "References: <1.ours@example.com> <2.ours@example.com> <3.ours@example.com>\n\nthanks for your mail", parse.AutoReply},
		"a long thread":                {fromAna + "References: <1.ours@example.com> <2.ours@example.com> <3@example.net> <3.ours@example.com>\n\nstill nothing", parse.Person},
		"an answer to our one mail":    {fromAna + "References: <1.ours@example.com>\n\nthanks", parse.Person},
		"a mail server":                {"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\nHi", parse.Bounce},
		"abuse":                        {"From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=a\n\n--a\n\nabuse\n--a--\n", parse.Report},
		"a receipt":                    {"From: ana@example.com\nContent-Type: multipart/report; report-type=disposition-notification; boundary=a\n\n--a\n\nread\n--a--\n", parse.AutoReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m := parse.Read(crlf(c.raw), options); m.Class != c.want || (m.Why == "") != (m.Class == parse.Person) {
				t.Errorf("class %s because of %q, want %s", m.Class, m.Why, c.want)
			}
		})
	}
}

const dsn = `From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: care@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="a"

--a

I could not deliver it.
--a
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; ana@example.com
Action: %s
Status: %s

--a
Content-Type: text/rfc822-headers

From: care@example.com
Message-ID: <b.ours@example.com>
Subject: Re: order

--a--
`

func TestFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  string
		want parse.Failure
	}{
		"failed":        {fmt.Sprintf(dsn, "failed", "5.1.1"), parse.Failure{MessageID: "b.ours@example.com", Recipient: "ana@example.com", Status: "5.1.1", Final: true}},
		"delayed":       {fmt.Sprintf(dsn, "delayed", "4.4.1"), parse.Failure{MessageID: "b.ours@example.com", Recipient: "ana@example.com", Status: "4.4.1"}},
		"in words":      {"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\nSorry: 550 5.7.1 no\n\n--- Below this line is a copy of the message.\n\nFrom: care@example.com\nMessage-ID: <c.ours@example.com>\n", parse.Failure{MessageID: "c.ours@example.com", Status: "5.7.1", Final: true}},
		"by the thread": {"From: postmaster@example.net\nSubject: Undeliverable\nIn-Reply-To: <d.ours@example.com>\n\nno\n", parse.Failure{MessageID: "d.ours@example.com", Final: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parse.Read(crlf(c.raw), options)
			if m.Failure == nil || *m.Failure != c.want {
				t.Errorf("failure %+v, want %+v", m.Failure, c.want)
			}
		})
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	const ok = "Authentication-Results: mx.example.com; "
	for name, c := range map[string]struct {
		header string
		want   parse.Authentication
	}{
		"nothing":                     {"", parse.Unknown},
		"DMARC passed":                {ok + "dmarc=pass (p=REJECT) header.from=example.com; spf=fail smtp.mailfrom=example.com\n", parse.Pass},
		"DMARC failed":                {ok + "dmarc=fail header.from=example.com; dkim=pass header.d=example.com\n", parse.Fail},
		"DMARC of another domain":     {ok + "dmarc=pass header.from=example.net\n", parse.Unknown},
		"DKIM, aligned":               {ok + "dkim=pass header.d=mail.example.com; spf=none\n", parse.Pass},
		"DKIM, by identity":           {ok + "dkim=pass header.i=@example.com\n", parse.Pass},
		"DKIM of another domain":      {ok + "dkim=pass header.d=example.net\n", parse.Unknown},
		"SPF, aligned":                {ok + "spf=pass smtp.mailfrom=bounce@mail.example.com\n", parse.Pass},
		"SPF of another domain":       {ok + "spf=pass smtp.mailfrom=eve@example.net\n", parse.Unknown},
		"both failed":                 {ok + "dkim=fail header.d=example.com; spf=softfail smtp.mailfrom=ana@example.com\n", parse.Fail},
		"one failed, one passed":      {ok + "dkim=fail header.d=example.com; spf=pass smtp.mailfrom=ana@example.com\n", parse.Pass},
		"nothing was checked":         {ok + "none\n", parse.Unknown},
		"another server's":            {"Authentication-Results: mx.example.net; dmarc=pass header.from=example.com\n", parse.Unknown},
		"forged below ours":           {ok + "dmarc=fail header.from=example.com\nReceived: from x\n" + ok + "dmarc=pass header.from=example.com\n", parse.Fail},
		"forged, ours says nothing":   {ok + "none\nReceived: from x\n" + ok + "dmarc=pass header.from=example.com\n", parse.Unknown},
		"forged under another's":      {"Authentication-Results: relay.example.net; none\n" + ok + "dmarc=pass header.from=example.com\n", parse.Unknown},
		"several of ours":             {ok + "spf=none\n" + ok + "dkim=pass header.d=example.com\n", parse.Pass},
		"in a comment":                {ok + "spf=fail (; dmarc=pass header.from=example.com) smtp.mailfrom=ana@example.com\n", parse.Fail},
		"in a quoted string":          {ok + "spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=example.com; \"@example.com\n", parse.Fail},
		"a comment that never ends":   {ok + "spf=none (; dmarc=pass header.from=example.com\n", parse.Unknown},
		"a public suffix is nobody's": {"From: ana@shop.co.uk\n" + ok + "dkim=pass header.d=evil.co.uk\n", parse.Unknown},
		"version and case":            {"Authentication-Results: MX.Example.COM 1; DMARC=Pass header.from=Example.com\n", parse.Pass},
		"policy applied":              {ok + "dmarc=fail (p=none) header.from=example.com\n", parse.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := fromAna
			if strings.HasPrefix(c.header, "From:") {
				from = ""
			}
			if m := parse.Read(crlf(c.header+from+"\nhi"), options); m.Authentication != c.want {
				t.Errorf("authentication %s, want %s", m.Authentication, c.want)
			}
		})
	}
	m := parse.Read(crlf("Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none; dmarc=bestguesspass action=none header.from=example.com; compauth=pass reason=109\n"+fromAna+"\nhi"), parse.Options{AuthservID: parse.Microsoft})
	if m.Authentication != parse.Pass {
		t.Errorf("Exchange Online's: %s", m.Authentication)
	}
}

// hostile are mails that are made to hurt, of a size.
func hostile(size int) map[string][]byte {
	head := []byte(fromAna)
	fill := func(unit string) []byte { return []byte(strings.Repeat(unit, size/len(unit))) }
	var nested bytes.Buffer
	for i := range 100 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	nested.WriteString("\ndeep down\n")
	for i := 99; i >= 0; i-- {
		fmt.Fprintf(&nested, "--b%d--\n", i)
	}
	var file bytes.Buffer
	file.WriteString("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nsee the film\n--a\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n")
	file.WriteString(base64.StdEncoding.EncodeToString(make([]byte, size*3/4)))
	file.WriteString("\n--a--\n")
	return map[string][]byte{
		"a long header":   slices.Concat(fill("X-Spam: 123456789\n"), head, []byte("\nWhere is it?")),
		"a long field":    slices.Concat([]byte("X-A: "), fill("x "), []byte("\n"), head, []byte("\nWhere is it?")),
		"a folded field":  slices.Concat([]byte("References: "), fill("<a@b>\n "), []byte("\n"), head, []byte("\nWhere is it?")),
		"many receivers":  slices.Concat([]byte("To: "), fill("ana@example.com, "), []byte("\n"), head, []byte("\nWhere is it?")),
		"encoded words":   slices.Concat([]byte("Subject: "), fill("=?utf-8?q?=C3?= "), []byte("\n"), head, []byte("\nWhere is it?")),
		"many parts":      slices.Concat(head, []byte("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nWhere is it?\n"), fill("--a\n\nx\n")),
		"parts in parts":  slices.Concat(head, nested.Bytes()),
		"a film":          slices.Concat(head, file.Bytes()),
		"lines":           slices.Concat(head, []byte("\nWhere is it?\n"), fill("x\n")),
		"one line":        slices.Concat(head, []byte("\nWhere is it? "), fill("x")),
		"tags":            slices.Concat(head, []byte("Content-Type: text/html\n\n<p>Where is it?</p>"), fill("<div><b>")),
		"entities":        slices.Concat(head, []byte("Content-Type: text/html\n\n<p>Where is it?</p>"), fill("&nbsp;")),
		"attributes":      slices.Concat(head, []byte("Content-Type: text/html\n\n<p>Where is it?</p><a "), fill("a=b ")),
		"soft breaks":     slices.Concat(head, []byte("Content-Transfer-Encoding: quoted-printable\n\nWhere is it?\n"), fill("=\n")),
		"high bytes":      slices.Concat(head, []byte("\nWhere is it? "), fill("\xff")),
		"NUL bytes":       slices.Concat(head, []byte("\nWhere is it? "), fill("\x00")),
		"mails within":    slices.Concat(head, fill("Content-Type: message/rfc822\n\n")),
		"boundaries":      slices.Concat(head, []byte("Content-Type: multipart/mixed; boundary=\"-\"\n\n"), fill("---\n")),
		"nested the same": slices.Concat(head, fill("Content-Type: multipart/mixed; boundary=a\n\n--a\n")),
	}
}

// Hostile mails are read within a second each, with no more than twenty times their
// size of memory, all that is thrown away on the way included.
func TestHostileMails(t *testing.T) {
	const size = 4 << 20
	for name, raw := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			m := parse.Read(raw, options)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			used := after.TotalAlloc - before.TotalAlloc
			t.Logf("%v, %.1f times its size", took.Round(time.Millisecond), float64(used)/float64(len(raw)))
			// With -short, as under the race detector, the bound is not looked at: that
			// makes every allocation larger.
			if used > 20*uint64(max(len(raw), 1<<20)) && !testing.Short() {
				t.Errorf("%d bytes took %d of memory", len(raw), used)
			}
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			switch name {
			case "parts in parts":
				is(t, m.Reply, "deep down")
			case "a film":
				is(t, m.Reply, "see the film")
				is(t, fmt.Sprintf("%s %d %v", m.Files[0].Name, m.Files[0].Size, m.Files[0].Data == nil), "film.mp4 3145728 true")
			case "mails within", "boundaries", "nested the same":
			default:
				if !strings.Contains(m.Reply, "Where is it?") {
					t.Errorf("reply %.60q, flags %v", m.Reply, m.Flags)
				}
			}
			is(t, m.From, "ana@example.com")
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(fromAna + "\nWhere is it?"))
	f.Add([]byte(fmt.Sprintf(dsn, "failed", "5.1.1")))
	for _, raw := range hostile(300) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := parse.Read(raw, options)
		if strings.ContainsAny(m.From+m.Subject+m.FromName+m.Token, "\r\n\x00") {
			t.Errorf("a line end got through: %q %q %q", m.From, m.Subject, m.FromName)
		}
		if strings.Contains(m.Reply, "\x00") || strings.ToValidUTF8(m.Reply, "") != m.Reply {
			t.Errorf("the reply cannot be kept: %q", m.Reply)
		}
		for _, file := range m.Files {
			if strings.ContainsAny(file.Name, "/\\\x00\n") {
				t.Errorf("file name %q", file.Name)
			}
		}
		if (m.Class == parse.Bounce) != (m.Failure != nil) {
			t.Errorf("class %s, failure %v", m.Class, m.Failure)
		}
	})
}
