package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// batchMails and batchBytes bound what is fetched and written down together.
	batchMails = 100
	batchBytes = 8 << 20
	// maxBody is how much of a mail is fetched; of a larger one only its beginning.
	maxBody = 20 << 20
	// beginning is how much of it: the header and the text stand there.
	beginning = 512 << 10
	// sizedTogether is of how many mails the sizes are asked at once.
	sizedTogether = 2000
)

// batch is what is fetched together.
type batch struct {
	mails []Raw
	upTo  uint32
}

// read takes what a folder has got since its place.
func (m *Mailbox) read(ctx context.Context, s *Session, folder string, sent bool) error {
	s.folder = "" // selecting anew tells of a new UIDVALIDITY
	valid, err := s.choose(folder)
	if err != nil {
		return err
	}
	place, ok, err := m.sink.Place(ctx, folder)
	if err != nil {
		return err
	}
	if !ok {
		place.Since = m.now().Add(-m.c.MaxAge)
	}
	fresh := !ok || place.UIDValidity != valid
	if ok && fresh {
		m.log.Warn("the server numbers the folder's mails anew; all is looked at again", "folder", folder)
	}
	if fresh {
		place.UIDValidity, place.UID = valid, 0
	}
	uids, err := s.after(place.UID, place.Since, fresh)
	if err != nil {
		return err
	}
	if !fresh && len(uids) == 0 {
		return nil
	}
	if err := m.takeAll(ctx, s, folder, place, uids, sent); err != nil {
		return err
	}
	if fresh && len(uids) == 0 {
		return m.sink.Take(ctx, folder, nil, place)
	}
	return nil
}

// after lists the mails after a UID, the lowest first; when all is looked at, only
// those since then. Their order is the one in which they came.
func (s *Session) after(uid uint32, since time.Time, all bool) ([]uint32, error) {
	want := &imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(uid + 1), Stop: 0}}}}
	if all {
		// The server compares dates in its own time zone.
		want.Since = since.AddDate(0, 0, -1)
	}
	d, err := s.client.UIDSearch(want, nil).Wait()
	if err != nil {
		return nil, faultOf("look for mails", err)
	}
	var uids []uint32
	for _, u := range d.AllUIDs() {
		// "n:*" names the last mail even if its number is lower (RFC 9051, 6.4.8).
		if uint32(u) > uid {
			uids = append(uids, uint32(u))
		}
	}
	slices.Sort(uids)
	return uids, nil
}

// takeAll fetches mails and hands them to the sink: while one batch is written
// down, the next is on its way.
func (m *Mailbox) takeAll(ctx context.Context, s *Session, folder string, place Place, uids []uint32, sent bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches, failed := make(chan batch, 1), make(chan error, 1)
	go func() {
		defer close(batches)
		failed <- s.fetchAll(ctx, uids, place.Since, batches)
	}()
	var err error
	for b := range batches {
		if err != nil {
			continue // until the fetching has ended: the connection is its own till then
		}
		place.UID = b.upTo
		for i := range b.mails {
			b.mails[i].Sent = sent
		}
		if err = m.sink.Take(ctx, folder, b.mails, place); err != nil {
			cancel()
		}
		m.progress.Store(true)
		m.contact.Store(m.now().UnixMicro())
	}
	if err != nil {
		return err
	}
	return <-failed
}

// fetchAll fetches mails in batches, bounded in number and size.
func (s *Session) fetchAll(ctx context.Context, uids []uint32, since time.Time, out chan<- batch) error {
	for group := range slices.Chunk(uids, sizedTogether) {
		infos, err := s.infos(group)
		if err != nil {
			return err
		}
		for len(group) > 0 {
			n := fill(group, infos)
			b, failed := s.fetch(group[:n], infos, since)
			if failed != nil && len(b.mails) == 0 {
				return failed
			}
			select {
			case out <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
			if failed != nil {
				return failed
			}
			group = group[n:]
		}
	}
	return nil
}

// info is what is known of a mail before it is fetched.
type info struct {
	size int64
	at   time.Time
}

func (s *Session) infos(uids []uint32) (map[uint32]info, error) {
	list, err := s.client.Fetch(setOf(uids), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true}).Collect()
	if err != nil {
		return nil, faultOf("ask for sizes", err)
	}
	infos := make(map[uint32]info, len(list))
	for _, x := range list {
		infos[uint32(x.UID)] = info{x.RFC822Size, x.InternalDate}
	}
	return infos, nil
}

// fill returns how many of the mails go into the next batch, at least one.
func fill(uids []uint32, infos map[uint32]info) int {
	var bytes int64
	for n, u := range uids[:min(len(uids), batchMails)] {
		if bytes += portion(infos[u].size); bytes > batchBytes && n > 0 {
			return n
		}
	}
	return min(len(uids), batchMails)
}

// portion is how much is fetched of a mail.
func portion(size int64) int64 {
	if size > maxBody {
		return beginning
	}
	return size
}

// firsts are the mails that stand at the beginning of those asked for, none left
// out: what came of a batch before the line was cut.
func firsts(list []Raw, asked []uint32) []Raw {
	for i, m := range list {
		if i == len(asked) || m.UID != asked[i] {
			return list[:i]
		}
	}
	return list
}

// fetch fetches one batch. Mails from before since, or gone meanwhile, are passed
// over. With an error it returns the mails that came before, so that a poor line
// gets on with each attempt.
func (s *Session) fetch(uids []uint32, infos map[uint32]info, since time.Time) (batch, error) {
	b := batch{upTo: uids[len(uids)-1]}
	var whole, large []uint32
	for _, u := range uids {
		x, ok := infos[u]
		switch {
		case !ok || !x.at.IsZero() && x.at.Before(since):
		case x.size > maxBody:
			large = append(large, u)
		default:
			whole = append(whole, u)
		}
	}
	for _, part := range []struct {
		uids    []uint32
		section imap.FetchItemBodySection
	}{{whole, imap.FetchItemBodySection{Peek: true}}, {large, imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: beginning}}}} {
		if len(part.uids) == 0 {
			continue
		}
		cmd := s.client.Fetch(setOf(part.uids), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{&part.section}})
		list, err := collect(cmd)
		if err != nil {
			if len(large) > 0 {
				return batch{}, faultOf("fetch", err)
			}
			list = firsts(list, whole)
		}
		for i := range list {
			x := infos[list[i].UID]
			list[i].Received, list[i].Size, list[i].Cut = x.at, x.size, x.size > maxBody
		}
		b.mails = append(b.mails, list...)
		if err != nil {
			if b.upTo = 0; len(list) > 0 {
				b.upTo = list[len(list)-1].UID
			}
			return b, faultOf("fetch", err)
		}
	}
	slices.SortFunc(b.mails, func(x, y Raw) int { return int(int64(x.UID) - int64(y.UID)) })
	return b, nil
}

// errNoBody is what a server's answer without the text that was asked for leads to.
var errNoBody = errors.New("the server left out the mail's text")

func collect(cmd *imapclient.FetchCommand) ([]Raw, error) {
	var list []Raw
	for data := cmd.Next(); data != nil; data = cmd.Next() {
		x, err := readMail(data)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			// The connection is gone and the library's reader with it: to ask
			// either for more would read from under the other's hands.
			return list, err
		}
		if err != nil {
			return list, errors.Join(err, cmd.Close())
		}
		if x.Body != nil {
			list = append(list, x)
		}
	}
	return list, cmd.Close()
}

// readMail reads one mail of a server's answer. Its Body is nil if the answer was
// about somebody else's change of a flag.
func readMail(data *imapclient.FetchMessageData) (x Raw, err error) {
	changed := false
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			x.UID = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			changed = true
		case imapclient.FetchItemDataBodySection:
			if x.Body, err = readBody(item.Literal); err != nil {
				return x, err
			}
		}
	}
	if x.Body == nil && x.UID != 0 && !changed {
		return x, errNoBody
	}
	return x, nil
}

// readBody reads a literal to its end; one that is cut off looks ended to the
// library.
func readBody(lit imap.LiteralReader) ([]byte, error) {
	if lit == nil {
		return nil, nil
	}
	if lit.Size() > maxBody {
		return nil, fmt.Errorf("the mail's text is larger than the server said before: %w", io.ErrUnexpectedEOF)
	}
	body := make([]byte, lit.Size())
	if _, err := io.ReadFull(lit, body); err != nil {
		return nil, fmt.Errorf("the mail's text is cut off: %w", io.ErrUnexpectedEOF)
	}
	// Reading on to the literal's end tells the library that it may go on.
	_, err := lit.Read(make([]byte, 1))
	if err != io.EOF {
		return nil, fmt.Errorf("after the mail's text: %w", io.ErrUnexpectedEOF)
	}
	return body, nil
}

func setOf(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set
}
