package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/config"
)

// chatter is the phone in the customer's hand.
type chatter struct {
	channel, phone string // phone is an address where the channel is email
}

// valid reports what is wrong with a phone or an address; none is the first sample
// customer's.
func (c chatter) valid() error {
	if !slices.Contains(channels, c.channel) {
		return fmt.Errorf("there is no channel %q: sms, whatsapp or email", c.channel)
	}
	isMail := strings.Contains(c.phone, "@")
	switch {
	case c.phone == "":
	case c.channel == "email" && !isMail:
		return fmt.Errorf("%q is no e-mail address, such as ana@example.com", c.phone)
	case c.channel != "email" && !phoneRE.MatchString(c.phone):
		return fmt.Errorf("%q is no phone number with its country code, such as +14155550101 (the sample shop answers those of the United States and Canada)", c.phone)
	}
	return nil
}

// phoneRE is a phone number as chat wants it.
var phoneRE = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

func newChat() *cobra.Command {
	cmd := &cobra.Command{
		Use: "chat", Short: "be a customer with a phone, talking to a demo", Args: cobra.NoArgs,
		Long: `Chat is a customer's phone in the terminal. It talks to a demo that is running (wismo demo), or with --demo to
one of its own. With --script it plays a file, a message a line, and prints each reply:

  sms +14155550101 > where is #1001
  whatsapp +14155550102 > where is #1002
  email ana@example.com > where is #1001
  email ana@example.com > [Re: Order #1001 confirmed] when will it be here?

It waits until each message is answered, or dealt with in silence, before it plays the next, and exits with 0.`,
	}
	own := cmd.Flags().Bool("demo", false, "start a demo of its own, with a database that is thrown away")
	store := storeFlag(cmd)
	script := cmd.Flags().String("script", "", "file with a message a line to play; - for standard input")
	url := cmd.Flags().String("sandbox", "http://"+config.Default().Sandbox.Listen, "where the demo's local Twilio listens")
	who := chatter{}
	cmd.Flags().StringVar(&who.channel, "channel", "sms", "sms, whatsapp or email")
	cmd.Flags().StringVar(&who.phone, "from", "", "the phone's number in E.164, or the address for email; the first sample customer's if left out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *own {
			if err := who.valid(); err != nil {
				return err
			}
			return chatOwn(cmd, *store, *script, who)
		}
		if err := who.valid(); err != nil {
			return err
		}
		phones := app.PhonesAt(*url)
		if *script != "" {
			return errors.New("--script needs --demo: only a demo of its own can tell when all is answered")
		}
		return interactive(cmd, phones, who)
	}
	return cmd
}

// chatOwn starts a demo in a temporary folder on free ports and talks to it.
func chatOwn(cmd *cobra.Command, store, script string, who chatter) error {
	dir, err := os.MkdirTemp("", "wismo-chat-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := app.Demo(dir+"/wismo.db", store)
	if err != nil {
		return err
	}
	c.Sandbox.Listen, c.Sandbox.SMTP, c.Sandbox.IMAP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	a, err := startDemo(cmd.Context(), c, true)
	if err != nil {
		return err
	}
	if script == "" {
		return stopApp(cmd.Context(), a, interactive(cmd, a.Phones(), who))
	}
	lines, err := readScript(script, cmd.InOrStdin())
	if err == nil {
		err = play(cmd.Context(), cmd.OutOrStdout(), a, lines)
	}
	return stopApp(cmd.Context(), a, err)
}

// line is one message of a script.
type line struct {
	chatter
	text string
}

// readScript parses a script. Empty lines and those that begin with # are
// passed over; a mistake is named with its line.
func readScript(file string, stdin io.Reader) ([]line, error) {
	r := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	var lines []line
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		raw := strings.TrimSpace(s.Text())
		if raw == "" || strings.HasPrefix(raw, "#") {
			continue
		}
		head, text, ok := strings.Cut(raw, ">")
		words := strings.Fields(head)
		if !ok || len(words) != 2 || !slices.Contains(channels, words[0]) {
			return nil, fmt.Errorf("line %d is not of the form: sms +14155550101 > where is #1001", n)
		}
		lines = append(lines, line{chatter{words[0], words[1]}, strings.TrimSpace(text)})
	}
	return lines, s.Err()
}

// channels are by which a customer may write.
var channels = []string{"sms", "whatsapp", "email"}

// answerWithin bounds the wait for all that one message leads to.
const answerWithin = 60 * time.Second

// play sends each line and prints what comes back, in the order in which it
// came, until nothing is owed any more.
func play(ctx context.Context, w io.Writer, a *app.App, lines []line) error {
	seen := map[chatter]int{}
	for _, l := range lines {
		fmt.Fprintf(w, "%s %s > %s\n", l.channel, l.phone, l.text)
		before := a.MailsTaken()
		if err := a.Phones().Text(ctx, l.channel, l.phone, l.text); err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(ctx, answerWithin)
		for l.channel == "email" && a.MailsTaken() == before && waiting.Err() == nil {
			time.Sleep(5 * time.Millisecond) // until the mailbox has shown it
		}
		err := a.Settled(waiting)
		cancel()
		if err != nil {
			return fmt.Errorf("%q was not dealt with in %s: %w", l.text, answerWithin, err)
		}
		replies, err := a.Phones().Replies(ctx, l.channel, l.phone, seen[l.chatter], 0)
		if err != nil {
			return err
		}
		for _, r := range replies {
			fmt.Fprintf(w, "%s %s < %s\n", l.channel, l.phone, strings.ReplaceAll(r.Text, "\n", "\n    "))
			seen[l.chatter] = r.N
		}
	}
	return nil
}

// interactive talks to a person at the terminal until the input ends.
func interactive(cmd *cobra.Command, phones *app.Phones, who chatter) error {
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	customers, err := phones.Customers(ctx)
	if err != nil {
		return fmt.Errorf("no demo is there to talk to (start one with `wismo demo`, or use --demo): %w", err)
	}
	if who.channel == "" {
		who.channel = "sms"
	}
	if who.phone == "" && len(customers) > 0 {
		if who.phone = customers[0].Phone; who.channel == "email" {
			who.phone = customers[0].Email
		}
	}
	out := cmd.OutOrStdout()
	welcome(out, who, customers)
	p := &phone{phones: phones, who: who, out: out}
	listening := sync.WaitGroup{}
	listening.Go(func() { p.listen(ctx) })
	defer listening.Wait()
	defer cancel()
	return p.talk(ctx, cmd.InOrStdin())
}

func welcome(w io.Writer, who chatter, customers []app.Customer) {
	fmt.Fprintf(w, "You are a customer with a phone. Try:\n\n")
	for i, c := range customers {
		if i == 3 {
			break
		}
		fmt.Fprintf(w, "  %-6s %s  %s  %s\n", c.Name, c.Phone, c.Email, c.Hint)
	}
	fmt.Fprintf(w, "\nYou write by %s from %s. Commands: /sms NUMBER, /whatsapp NUMBER and /email ADDRESS change who you are, /quit ends.\n\n", who.channel, who.phone)
}

// phone sends what is typed and prints what comes.
type phone struct {
	phones *app.Phones
	out    io.Writer

	mu  sync.Mutex
	who chatter
	// last is when something was said or heard.
	last time.Time
}

func (p *phone) spoke() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Now()
}

// lingerFor is how long it must be quiet after the input has ended.
const lingerFor = 3 * time.Second

// linger waits for what is still to be answered when the input has ended.
func (p *phone) linger(ctx context.Context) {
	for ctx.Err() == nil {
		p.mu.Lock()
		left := lingerFor - time.Since(p.last)
		p.mu.Unlock()
		if left <= 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(left):
		}
	}
}

func (p *phone) current() chatter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.who
}

func (p *phone) talk(ctx context.Context, in io.Reader) error {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		s := bufio.NewScanner(in)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- s.Err()
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			p.linger(ctx)
			return err
		case text := <-lines:
			if strings.TrimSpace(text) == "/quit" {
				return nil
			}
			p.say(ctx, strings.TrimSpace(text))
		}
	}
}

func (p *phone) say(ctx context.Context, text string) {
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
	case strings.HasPrefix(words[0], "/") && slices.Contains(channels, words[0][1:]):
		if len(words) != 2 {
			fmt.Fprintln(p.out, "  (which number or address? "+words[0]+" "+map[bool]string{true: "ana@example.com", false: "+14155550101"}[words[0] == "/email"]+")")
			return
		}
		who := chatter{words[0][1:], words[1]}
		if err := who.valid(); err != nil {
			fmt.Fprintln(p.out, "  ("+err.Error()+")")
			return
		}
		p.mu.Lock()
		p.who = who
		p.mu.Unlock()
		fmt.Fprintf(p.out, "  (you write by %s from %s now)\n", words[0][1:], words[1])
	case strings.HasPrefix(words[0], "/"):
		fmt.Fprintln(p.out, "  (there is no command "+words[0]+")")
	default:
		who := p.current()
		p.spoke()
		if err := p.phones.Text(ctx, who.channel, who.phone, text); err != nil {
			fmt.Fprintln(p.out, "  (not sent:", err.Error()+")")
		}
	}
}

// listen prints replies to the phone in hand as they come.
func (p *phone) listen(ctx context.Context) {
	seen := map[chatter]int{}
	for ctx.Err() == nil {
		who := p.current()
		replies, err := p.phones.Replies(ctx, who.channel, who.phone, seen[who], time.Second)
		if err != nil && ctx.Err() == nil {
			fmt.Fprintln(p.out, "  (the demo does not answer:", err.Error()+")")
			select {
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
		}
		for _, r := range replies {
			fmt.Fprintf(p.out, "  < %s\n", strings.ReplaceAll(r.Text, "\n", "\n    "))
			p.spoke()
			seen[who] = r.N
		}
	}
}
