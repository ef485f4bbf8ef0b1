package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of both listeners. A provider's webhook is a few kilobytes and comes
// at once; whoever is slower or larger is not one.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	writeTimeout  = 20 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
	maxBody       = 1 << 20
)

// door is one listener with its server. It is opened by listen, served by
// serve and shut by shut.
type door struct {
	listener net.Listener
	server   *http.Server
	done     chan error
}

func listen(ctx context.Context, addr string) (*door, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &door{listener: l, done: make(chan error, 1)}, nil
}

func (d *door) serve(h http.Handler, log *slog.Logger) {
	d.server = &http.Server{
		Handler:           http.MaxBytesHandler(h, maxBody),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() { d.done <- d.server.Serve(d.listener) }()
}

// shut stops taking requests and waits for those in hand.
func (d *door) shut(ctx context.Context) error {
	if d.server == nil {
		return d.listener.Close()
	}
	err := d.server.Shutdown(ctx)
	if served := <-d.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
