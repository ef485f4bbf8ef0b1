package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"wismo/channels/email"
	"wismo/channels/email/dovecottest"
	"wismo/channels/email/mailbox"
	"wismo/channels/sandbox/post"
	"wismo/cmd/internal/rig"
	"wismo/core/journal"
	"wismo/core/journal/postgres"
	"wismo/core/queue"
	"wismo/core/shop"
	"wismo/core/understand"
)

const (
	// mails are read, each of mailBytes.
	mails, mailBytes = 5000, 20 << 10
	// rounds is how often each is measured, in turns.
	rounds = 3
	care   = "care@example.com"
)

// mailFigures are what is measured of mail.
type mailFigures struct {
	mbsync, wismo []float64 // mails a second, by round
	memory, small int64     // bytes at the most, with all mails and with a tenth
	// answered is measured on a server that tells of new mail at once, dovecot on
	// Dovecot, which tells of it after told.
	answered, dovecot, told []time.Duration
}

// measureMail measures how fast a mailbox is read beside mbsync, and how fast a mail
// is answered.
func measureMail(ctx context.Context, db, dir, bin string) (*mailFigures, error) {
	f := &mailFigures{}
	box, err := os.MkdirTemp("", "wismo-dove-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(box)
	d, err := dovecottest.Start(ctx, box, "")
	if err != nil {
		return nil, err
	}
	defer d.Stop()
	if err := errors.Join(d.Fill("all@example.com", letters(mails)), d.Fill("some@example.com", letters(mails/10))); err != nil {
		return nil, err
	}
	// Each reads the mailbox once before, so that none pays for Dovecot's index.
	if _, _, err := readAll(ctx, d, db, "all@example.com", mails, "warm"); err != nil {
		return nil, err
	}
	for i := range rounds {
		rate, err := pull(ctx, d, filepath.Join(dir, fmt.Sprintf("mbsync%d", i)))
		if err != nil {
			return nil, fmt.Errorf("mbsync: %w", err)
		}
		f.mbsync = append(f.mbsync, rate)
		rate, peak, err := readAll(ctx, d, db, "all@example.com", mails, strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		f.wismo, f.memory = append(f.wismo, rate), max(f.memory, peak)
	}
	if _, f.small, err = readAll(ctx, d, db, "some@example.com", mails/10, "small"); err != nil {
		return nil, err
	}
	if f.told, err = tellsAfter(d); err != nil {
		return nil, err
	}
	if f.dovecot, err = answersOnDovecot(ctx, d, db, dir, bin); err != nil {
		return nil, err
	}
	f.answered, err = answersAtOnce(ctx, db, dir, bin)
	return f, err
}

// letters are mails of customers who write once.
func letters(n int) [][]byte {
	filler := strings.Repeat("> Thank you for your order. It will be with you in a few days, and here is what it says.\r\n", 1+mailBytes/90)
	list := make([][]byte, 0, n)
	for i := range n {
		head := fmt.Sprintf("From: Customer %d <customer%d@example.net>\r\nTo: %s\r\nSubject: Re: Order #%d confirmed\r\nMessage-ID: <%d@example.net>\r\nIn-Reply-To: <o%d@example.com>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello, where is my order? It should have been here on Monday.\r\n\r\nOn Mon, Nov 16, 2026 at 9:12 AM Care <%s> wrote:\r\n",
			i, i, care, 1000+i, i, i, time.Now().Format(time.RFC1123Z), care)
		list = append(list, []byte(head+filler[:mailBytes-len(head)]))
	}
	return list
}

// pull lets mbsync pull the mailbox to a Maildir, with its default of syncing each
// mail to the disk, and returns the mails a second.
func pull(ctx context.Context, d *dovecottest.Server, dir string) (float64, error) {
	if err := os.MkdirAll(filepath.Join(dir, "mail"), 0o700); err != nil {
		return 0, err
	}
	rc := filepath.Join(dir, "mbsyncrc")
	text := fmt.Sprintf("FSync yes\nSyncState %s/\nIMAPAccount a\nHost 127.0.0.1\nPort %d\nUser all@example.com\nPass %s\nSSLType IMAPS\nSystemCertificates no\nCertificateFile %s\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nInbox %s/mail/INBOX\n\nChannel all\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull New\nCreate Near\n",
		dir, d.TLSPort, dovecottest.Password, filepath.Join(d.Dir, "cert.pem"), dir)
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		return 0, err
	}
	began := time.Now()
	if out, err := exec.CommandContext(ctx, "mbsync", "-q", "-c", rc, "all").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	took := time.Since(began)
	list, err := os.ReadDir(filepath.Join(dir, "mail", "INBOX", "new"))
	if err != nil || len(list) != mails {
		return 0, fmt.Errorf("it pulled %d mails: %w", len(list), err)
	}
	return float64(mails) / took.Seconds(), nil
}

// reading is what a process of its own is told to read, so that its memory is its
// own.
type reading struct {
	Database, Name, User, Cert string
	Port, Mails                int
}

// readResult is what it answers.
type readResult struct {
	Seconds float64
	Peak    int64
}

// readAll reads a mailbox in a process of its own: over TLS, journalled, parsed and
// recognised.
func readAll(ctx context.Context, d *dovecottest.Server, db, user string, n int, name string) (rate float64, peak int64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	job, err := json.Marshal(reading{Database: db, Name: name, User: user, Cert: filepath.Join(d.Dir, "cert.pem"), Port: d.TLSPort, Mails: n})
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, self, "-read-mail", string(job))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("read the mailbox: %w", err)
	}
	var r readResult
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, 0, err
	}
	return float64(n) / r.Seconds, r.Peak, nil
}

// counted hands letters to the journal, understands each, and ends when all are
// there.
type counted struct {
	journal.Letters
	mind understand.Recognizer
	hint understand.Hint
	left int
	done chan struct{}
}

func (c *counted) TakeLetters(ctx context.Context, account, folder string, list []journal.Letter, upTo journal.Place) (int, error) {
	for _, l := range list {
		if l.Message != nil {
			c.mind.Understand(l.Message.Text, c.hint)
		}
	}
	fresh, err := c.Letters.TakeLetters(ctx, account, folder, list, upTo)
	if c.left -= fresh; err == nil && c.left <= 0 {
		close(c.done)
		c.left = 1 << 30
	}
	return fresh, err
}

// readMailbox is the process that reads.
func readMailbox(ctx context.Context, raw string) error {
	var job reading
	if err := json.Unmarshal([]byte(raw), &job); err != nil {
		return err
	}
	pem, err := os.ReadFile(job.Cert)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	pool, err := postgres.Connect(ctx, job.Database, 8)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool); err != nil {
		return err
	}
	mind, err := understand.New()
	if err != nil {
		return err
	}
	c := &counted{
		Letters: postgres.New(pool, queue.OwePostgres("bench"), journal.Options{QuietAfter: func(string) time.Duration { return time.Hour }, Now: time.Now}),
		mind:    mind, hint: understand.Hint{Format: shop.Defaults().Orders, Region: "US"}, left: job.Mails, done: make(chan struct{}),
	}
	// An address of its own: what was read before under another name counts anew.
	a, err := email.New(ctx, email.Config{
		Shop: "bench" + job.Name, Address: "care-" + job.Name + "@example.com",
		IMAP: mailbox.Config{Host: "127.0.0.1", Port: job.Port, Security: mailbox.TLS, Roots: roots, User: job.User, Password: dovecottest.Password, MaxAge: 24 * time.Hour},
	}, c, "bench", time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	runtime.GC()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	ended := make(chan struct{})
	began := time.Now()
	go func() { a.Run(ctx); close(ended) }()
	select {
	case <-c.done:
	case <-ctx.Done():
		return fmt.Errorf("the mailbox was not read in time: %w", ctx.Err())
	}
	took := time.Since(began)
	cancel()
	<-ended
	peak, err := memoryOf(os.Getpid(), "VmHWM:")
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(readResult{took.Seconds(), peak})
}

// tellsAfter measures how long Dovecot takes to tell a client that does nothing but
// wait of a new mail.
func tellsAfter(d *dovecottest.Server) (told []time.Duration, err error) {
	const user = "bare@example.com"
	news := make(chan time.Time, 1)
	stop, err := listen(d, user, news)
	if err != nil {
		return nil, err
	}
	defer stop()
	for _, raw := range letters(20) {
		began := time.Now()
		if err := d.Fill(user, [][]byte{raw}); err != nil {
			return nil, err
		}
		select {
		case at := <-news:
			told = append(told, at.Sub(began))
		case <-time.After(time.Minute):
			return nil, errors.New("dovecot told nothing of a mail")
		}
	}
	return told, nil
}

// answersOnDovecot measures how long mails take to be answered on Dovecot.
func answersOnDovecot(ctx context.Context, d *dovecottest.Server, db, dir, bin string) ([]time.Duration, error) {
	p, err := post.Start(post.Config{Password: dovecottest.Password, SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return answerMail(ctx, p, strconv.Itoa(d.Port), db, filepath.Join(dir, "dovecot"), bin, func(raw []byte) error {
		return d.Fill(care, [][]byte{raw})
	})
}

// listen has a bare client wait for new mail.
func listen(d *dovecottest.Server, user string, news chan<- time.Time) (stop func(), err error) {
	client, err := imapclient.DialInsecure(fmt.Sprintf("127.0.0.1:%d", d.Port), &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(m *imapclient.UnilateralDataMailbox) {
			if m.NumMessages != nil {
				select {
				case news <- time.Now():
				default:
				}
			}
		},
	}})
	if err != nil {
		return nil, err
	}
	stop = func() { _ = client.Close() }
	if err := client.Login(user, dovecottest.Password).Wait(); err != nil {
		stop()
		return nil, err
	}
	if _, err := client.Select("INBOX", nil).Wait(); err != nil {
		stop()
		return nil, err
	}
	_, err = client.Idle()
	return stop, err
}

// answersAtOnce measures how long mails take to be answered on a server that tells
// of them at once.
func answersAtOnce(ctx context.Context, db, dir, bin string) ([]time.Duration, error) {
	p, err := post.Start(post.Config{Password: dovecottest.Password, SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	_, port, err := net.SplitHostPort(p.IMAP())
	if err != nil {
		return nil, err
	}
	return answerMail(ctx, p, port, db, filepath.Join(dir, "once"), bin, func(raw []byte) error {
		return p.Put(care, post.Inbox, raw, time.Now())
	})
}

// answerMail measures how long it takes from a mail's lying in the mailbox until the
// SMTP server has taken the answer, with the program as it is built.
func answerMail(ctx context.Context, p *post.Server, imap, db, dir, bin string, deliver func(raw []byte) error) ([]time.Duration, error) {
	_, smtp, err := net.SplitHostPort(p.SMTP())
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	box := fmt.Sprintf(`{address: %s, password: %s, imap: {host: 127.0.0.1, port: %s, security: none}, smtp: {host: 127.0.0.1, port: %s, security: none}}`, care, dovecottest.Password, imap, smtp)
	r, err := rig.Start(ctx, rig.Options{Binary: bin, Database: db, Replicas: 1, Latency: outside, Dir: dir, Mail: box})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var took []time.Duration
	for i := range 110 {
		raw := fmt.Sprintf("From: ana@example.com\r\nTo: %s\r\nSubject: My order\r\nMessage-ID: <%s%d@example.com>\r\nDate: %s\r\n\r\nwhere is my order #1001?\r\n", care, filepath.Base(dir), i, time.Now().Format(time.RFC1123Z))
		began := time.Now()
		if err := deliver([]byte(raw)); err != nil {
			return nil, err
		}
		got, err := awaitMail(p, i)
		if err != nil {
			return nil, err
		}
		if i >= 10 { // the first ones find everything cold
			took = append(took, got.At.Sub(began))
		}
	}
	return took, nil
}

// awaitMail waits until more than n mails were taken, and returns the next.
func awaitMail(p *post.Server, n int) (post.Mail, error) {
	end := time.After(time.Minute)
	for {
		got, changed := p.Taken(n)
		if len(got) > 0 {
			return got[0], nil
		}
		select {
		case <-changed:
		case <-end:
			return post.Mail{}, fmt.Errorf("mail %d got no answer", n)
		}
	}
}

// rows are the table's lines about mail.
func (f *mailFigures) rows() [][3]string {
	list := func(x []float64) string {
		var s []string
		for _, v := range x {
			s = append(s, fmt.Sprintf("%.0f", v))
		}
		return strings.Join(s, ", ")
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	return [][3]string{
		{"mail: mbsync, mails a second by round", list(f.mbsync), ""},
		{"mail: wismo reads, mails a second by round", list(f.wismo), ""},
		{"mail: wismo to mbsync", fmt.Sprintf("%.2f", mean(f.wismo)/mean(f.mbsync)), "≥ 1"},
		{"mail: memory at the most, 5000 mails", fmt.Sprintf("%d MB", f.memory>>20), "≤ 200 MB"},
		{"mail: memory at the most, 500 mails", fmt.Sprintf("%d MB", f.small>>20), ""},
		{"mail: in to out p50 (50 ms of it outside)", ms(quantile(f.answered, .5)), "≤ 500 ms"},
		{"mail: in to out p99", ms(quantile(f.answered, .99)), ""},
		{"mail: the same on Dovecot p50", ms(quantile(f.dovecot, .5)), ""},
		{"mail:   of it until Dovecot tells any client p50", ms(quantile(f.told, .5)), ""},
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}
