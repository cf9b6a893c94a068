// Verifies a log that Polder wrote, with code that shares nothing with Polder's: trees, proofs and notes are those of golang.org/x/mod/sumdb, the rest is
// written from the specifications (c2sp.org/tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-witness).
//
//	verify FOLDER LOG-KEY [WITNESS-KEY]
//
// The folder has tiles, entry bundles, checkpoint.SIZE for some sizes, and may have proof/SIZE-INDEX and request/OLD-SIZE.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

// ---- signatures ----

// cosigner verifies cosignature/v1, which package note does not know.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func newCosigner(text string) (*cosigner, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a key is name+ID+base64")
	}
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(typed) != 1+ed25519.PublicKeySize || typed[0] != 4 {
		return nil, errors.New("not a cosignature key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	id := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, errors.New("the key has another ID")
	}
	return &cosigner{parts[0], id, typed[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }
func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.key, []byte(message), sig[8:])
}

type log struct {
	folder    string
	key       note.Verifier
	witness   note.Verifier // nil: none is asked for
	entries   [][]byte
	stored    []tlog.Hash // made from the entries alone
	largest   tlog.Tree
	checked   map[string]bool // files
	proofs    int
	sequences int
}

// checkpoint opens a signed tree head: every key that is asked for must have signed it.
func (l *log) checkpoint(text []byte) (tlog.Tree, error) {
	var t tlog.Tree
	known := []note.Verifier{l.key}
	if l.witness != nil {
		known = append(known, l.witness)
	}
	n, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return t, err
	}
	if len(n.Sigs) != len(known) || len(n.UnverifiedSigs) != 0 {
		return t, fmt.Errorf("%d of %d signatures", len(n.Sigs), len(known))
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != l.key.Name() || lines[3] != "" {
		return t, errors.New("not three lines of this log")
	}
	if t.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || strconv.FormatInt(t.N, 10) != lines[1] {
		return t, errors.New("no size")
	}
	t.Hash, err = tlog.ParseHash(lines[2])
	return t, err
}

// ---- files ----

func tilePath(level string, index int64, w int) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if w < width {
		name += fmt.Sprintf(".p/%d", w)
	}
	return "tile/" + level + "/" + name
}

func (l *log) read(name string) ([]byte, error) {
	l.checked[name] = true
	return os.ReadFile(filepath.Join(l.folder, name))
}

// The reader's side of package tlog, which asks for tiles by its own names.
func (l *log) Height() int                         { return height }
func (l *log) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (l *log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, t := range tiles {
		d, err := l.read(tilePath(strconv.Itoa(t.L), t.N, t.W))
		if err != nil {
			return nil, err
		}
		data = append(data, d)
	}
	return data, nil
}

// The hashes that were made from the entries.
func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, i := range indexes {
		if i >= int64(len(l.stored)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		list = append(list, l.stored[i])
	}
	return list, nil
}

func (l *log) readBundle(index int64, w int) ([][]byte, error) {
	data, err := l.read(tilePath("entries", index, w))
	var list [][]byte
	for err == nil && len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle is cut short")
		}
		n := 2 + int(binary.BigEndian.Uint16(data))
		list, data = append(list, data[2:n]), data[n:]
	}
	if err == nil && len(list) != w {
		err = fmt.Errorf("a bundle of %d entries has %d", w, len(list))
	}
	return list, err
}

// readEntries reads all entries of the largest tree and hashes them.
func (l *log) readEntries() error {
	for l.largest.N > int64(len(l.entries)) {
		at := int64(len(l.entries))
		w := width
		if l.largest.N-at < width {
			w = int(l.largest.N - at)
		}
		list, err := l.readBundle(at/width, w)
		if err != nil {
			return err
		}
		l.entries = append(l.entries, list...)
		for i, entry := range list {
			hashes, err := tlog.StoredHashes(at+int64(i), entry, l)
			if err != nil {
				return err
			}
			l.stored = append(l.stored, hashes...)
		}
	}
	return nil
}

// ---- what is checked ----

func (l *log) checkTree(t tlog.Tree) error {
	root, err := tlog.TreeHash(t.N, l)
	if t.N == 0 {
		root, err = sha256.Sum256(nil), nil
	}
	if err != nil || root != t.Hash {
		return fmt.Errorf("the entries hash to %v, not %v: %v", root, t.Hash, err)
	}
	for _, tile := range tlog.NewTiles(height, 0, t.N) {
		// The list has partial tiles of all widths up to the tree's.
		if last := t.N >> (height * tile.L); int64(tile.W) != last-tile.N*width && tile.W != width {
			continue
		}
		name := tilePath(strconv.Itoa(tile.L), tile.N, tile.W)
		have, err := l.read(name)
		if err != nil {
			return err
		}
		want, err := tlog.ReadTileData(tile, l)
		if err != nil || !bytes.Equal(have, want) {
			return fmt.Errorf("%s is not what its entries make: %v", name, err)
		}
	}
	if w := int(t.N % width); w > 0 {
		list, err := l.readBundle(t.N/width, w)
		if err != nil {
			return err
		}
		for i, entry := range list {
			if !bytes.Equal(entry, l.entries[t.N/width*width+int64(i)]) {
				return fmt.Errorf("bundle of size %d: entry %d is another", t.N, i)
			}
		}
	}
	return nil
}

// checkAsClient proves from the log's tiles, as somebody does who has nothing but a checkpoint: of every entry, or of some thousands where there are more.
func (l *log) checkAsClient(t tlog.Tree, older []tlog.Tree) error {
	tiles := tlog.TileHashReader(t, l)
	for i := int64(0); i < t.N; i += 1 + t.N/8000 {
		leaf := tlog.RecordHash(l.entries[i])
		p, err := tlog.ProveRecord(t.N, i, tiles)
		if err == nil {
			err = tlog.CheckRecord(p, t.N, t.Hash, i, leaf)
		}
		if err != nil {
			return fmt.Errorf("inclusion of %d in %d: %w", i, t.N, err)
		}
	}
	for _, old := range older {
		if old.N == 0 {
			continue
		}
		p, err := tlog.ProveTree(t.N, old.N, tiles)
		if err == nil {
			err = tlog.CheckTree(p, t.N, t.Hash, old.N, old.Hash)
		}
		if err != nil {
			return fmt.Errorf("consistency of %d and %d: %w", old.N, t.N, err)
		}
	}
	return nil
}

// hashesAndCheckpoint takes what proof files and requests have in common: hashes a line each, an empty line, a checkpoint.
func (l *log) hashesAndCheckpoint(text string) ([]tlog.Hash, tlog.Tree, error) {
	var list []tlog.Hash
	for {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return nil, tlog.Tree{}, errors.New("cut short")
		}
		text = rest
		if line == "" {
			t, err := l.checkpoint([]byte(text))
			return list, t, err
		}
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, tlog.Tree{}, err
		}
		list = append(list, h)
	}
}

func (l *log) checkProof(name string) error {
	var size, index int64
	data, err := l.read(name)
	if err != nil {
		return err
	}
	if _, err := fmt.Sscanf(filepath.Base(name), "%d-%d", &size, &index); err != nil {
		return err
	}
	start := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", index)
	if !strings.HasPrefix(string(data), start) {
		return errors.New("does not begin as a proof of this index")
	}
	hashes, t, err := l.hashesAndCheckpoint(strings.TrimPrefix(string(data), start))
	if err != nil {
		return err
	}
	l.proofs++
	if t.N != size {
		return errors.New("another size")
	}
	return tlog.CheckRecord(hashes, t.N, t.Hash, index, tlog.RecordHash(l.entries[index]))
}

func (l *log) checkRequest(name string, trees map[int64]tlog.Tree) error {
	var old, size int64
	data, err := l.read(name)
	if err != nil {
		return err
	}
	if _, err := fmt.Sscanf(filepath.Base(name), "%d-%d", &old, &size); err != nil {
		return err
	}
	start := fmt.Sprintf("old %d\n", old)
	if !strings.HasPrefix(string(data), start) {
		return errors.New("does not begin with this old size")
	}
	// The witness has not signed yet.
	unsigned := *l
	unsigned.witness = nil
	hashes, t, err := unsigned.hashesAndCheckpoint(strings.TrimPrefix(string(data), start))
	if err != nil {
		return err
	}
	l.sequences++
	if t != trees[size] {
		return errors.New("another checkpoint")
	}
	if old == 0 {
		if len(hashes) != 0 {
			return errors.New("from 0 there is nothing to prove")
		}
		return nil
	}
	return tlog.CheckTree(hashes, t.N, t.Hash, old, trees[old].Hash)
}

func (l *log) run() error {
	names, err := filepath.Glob(filepath.Join(l.folder, "checkpoint.*"))
	if err != nil || len(names) == 0 {
		return fmt.Errorf("no checkpoints: %v", err)
	}
	var trees []tlog.Tree
	bySize := map[int64]tlog.Tree{}
	for _, name := range names {
		data, err := l.read(filepath.Base(name))
		if err != nil {
			return err
		}
		t, err := l.checkpoint(data)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		trees, bySize[t.N] = append(trees, t), t
	}
	sort.Slice(trees, func(i, k int) bool { return trees[i].N < trees[k].N })
	l.largest = trees[len(trees)-1]
	if err := l.readEntries(); err != nil {
		return err
	}
	for i, t := range trees {
		if err := l.checkTree(t); err != nil {
			return fmt.Errorf("checkpoint %d: %w", t.N, err)
		}
		if err := l.checkAsClient(t, trees[:i]); err != nil {
			return err
		}
	}
	for _, kind := range []string{"proof", "request"} {
		files, _ := filepath.Glob(filepath.Join(l.folder, kind, "*"))
		for _, f := range files {
			name := kind + "/" + filepath.Base(f)
			check := l.checkProof
			if kind == "request" {
				check = func(name string) error { return l.checkRequest(name, bySize) }
			}
			if err := check(name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	fmt.Printf("%d leaves, %d checkpoints, %d proofs, %d requests, %d files\n", l.largest.N, len(trees), l.proofs, l.sequences, len(l.checked))
	return nil
}

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	l := &log{folder: os.Args[1], checked: map[string]bool{}}
	var err error
	l.key, err = note.NewVerifier(os.Args[2])
	if err == nil && len(os.Args) > 3 {
		l.witness, err = newCosigner(os.Args[3])
	}
	if err == nil {
		err = l.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
