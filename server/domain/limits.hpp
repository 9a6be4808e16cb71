// Limits on what a peer may request, each with its unit and reason.
//
// These are part of the wire contract or bound memory and time. Limits that the operator may change
// are in app/config.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "domain/rate.hpp"

namespace colo::limits {

// The largest drawing fits: 20,000 points of about 2.4 bytes.
inline constexpr std::size_t frame_bytes_max = 64 * 1024;
// Larger frames up to this are read, so that a drawing that is too big gets a Rejected; beyond, the
// connection is closed. They are not parsed: only room and client_id are extracted.
inline constexpr std::size_t frame_read_max = 256 * 1024;
// Of the first frame, before authentication: a ticket of 32 characters and a client's name.
inline constexpr std::size_t hello_bytes_max = 2 * 1024;
// WebSocket frames (including fragments and pings) before authentication.
inline constexpr std::size_t hello_frames_max = 16;
inline constexpr std::size_t points_max = 20'000;  // minutes of steady drawing at 120 Hz
inline constexpr std::size_t strokes_max = 2'000;  // each costs a client one path to paint
// Canvas units of all lines together, measured along x and y: a thousand times the width. A
// client paints a line step by step; a few distant points must not block it for seconds.
inline constexpr std::int64_t ink_length_max = 2'000'000;
inline constexpr std::uint32_t width_max = 256;  // canvas units: an eighth of the canvas
inline constexpr std::uint32_t drawing_ms_max = 86'400'000;  // a drawing may take a day
inline constexpr std::size_t caption_characters_max = 280;   // code points: a caption, not a letter
inline constexpr std::size_t page_messages_max = 50;         // about 175 kB of typical drawings

// A connection with more unsent bytes is closed: about 300 typical drawings. Bytes in the kernel's
// buffer count.
inline constexpr std::size_t send_queue_bytes_max = 1024 * 1024;
// A page ends before the message that would exceed this: as one frame it must fit into a send
// queue with space for what is published meanwhile. One message always fits.
inline constexpr std::size_t page_bytes_max = send_queue_bytes_max / 4;
// The same for colo.v1.json: converting it keeps a shard busy for 2 ms, not for 8.
inline constexpr std::size_t json_page_bytes_max = page_bytes_max / 4;
// Requested from the kernel, which doubles them and counts its own overhead. By default it allows
// several megabytes per connection. 128 kB in flight give 0.4 MB/s at a round trip of 300 ms.
inline constexpr int send_buffer_bytes = 128 * 1024;
inline constexpr int receive_buffer_bytes = 64 * 1024;  // the largest drawing
// A connection that accepts none of its waiting bytes for this long is closed. A tunnel is shorter;
// a client that answers pings but never reads would hold its memory for ever.
inline constexpr std::chrono::seconds stalled_time{20};
inline constexpr std::size_t rooms_per_socket_max = 8;
// Tabs of one browser; each may hold a full send queue.
inline constexpr std::size_t sockets_per_session_max = 32;
// Of all devices of one person: 160 MB if none of them reads.
inline constexpr std::size_t sockets_per_person_max = 128;
// Tickets that were not used yet. Beyond either bound the oldest one is removed.
inline constexpr std::size_t tickets_per_session_max = 64;
inline constexpr std::size_t tickets_max = 20'000;  // of all sessions: about 5 MB
// In a larger room, arrivals and pens are not published one by one: they would cost N².
inline constexpr std::size_t presence_people_max = 64;
// A client that missed more deletions reads its page again: the list would be longer than the page.
inline constexpr std::size_t deletions_told_max = 1'000;
// How long a deleted drawing's client_id stays known at least: a client that got no reply sends it
// again, possibly the next day, and it must not reappear.
inline constexpr std::chrono::seconds deleted_known_time{std::chrono::hours{24}};
// A pen that stays down is published again after the first, and one that went up counts as down
// again only after the second: each change goes to every client in the room.
inline constexpr std::chrono::seconds pen_again_time{10};
inline constexpr std::chrono::seconds pen_rest_time{1};
// How often a person's arrivals and departures in a room are published. Beyond, only the final
// state is published, later: each notice goes to every client in the room.
inline constexpr Rate presence_notices{5, std::chrono::seconds{30}};
// Messages that a temporary room keeps for people who join later.
inline constexpr std::size_t temporary_room_bytes_max = 16 * 1024 * 1024;
// The newest messages of a room, kept encoded: what is published while a page is read from the
// log. A client whose read takes longer than that reads again.
inline constexpr std::size_t recent_messages_max = 64;
inline constexpr std::size_t recent_bytes_max = 1024 * 1024;
// Deletions published while a page is read from the log: a hundred batches of erasing, 80 kB.
inline constexpr std::size_t recent_deletions_max = 10'000;
// People of one room whose coming, going and pen are remembered to limit how often they are
// published, 160 bytes each. Beyond, only the number of people is published.
inline constexpr std::size_t noticed_people_max = 1'024;
// People of one room whose rate of drawings is remembered, 120 bytes each. Beyond, the one who
// drew least recently is forgotten and may draw at the full rate again.
inline constexpr std::size_t drawing_rates_max = 4'096;
// Deleted accounts that a room still refuses. Beyond, the earliest is forgotten; its sockets
// were closed, and the log of saved rooms refuses it in any case.
inline constexpr std::size_t removed_accounts_max = 4'096;
// Far longer than a frame of a closed socket can wait to be handled.
inline constexpr std::chrono::minutes removed_account_time{10};

inline constexpr std::size_t body_bytes_max = 16 * 1024;   // the largest call is two short strings
inline constexpr std::size_t header_bytes_max = 8 * 1024;  // of a request, without its cookies
// A browser sends the cookies of every program on the same host, whatever its port. 64 KiB of
// header in total.
inline constexpr std::size_t cookie_bytes_max = 56 * 1024;
inline constexpr std::size_t header_fields_max = 100;  // browsers send 20, proxies add 10
inline constexpr std::size_t empty_lines_max = 4;      // before a request; one is common
// Bytes of a chunked body beside its data: sizes, extensions, trailers. A body in chunks of 5 bytes
// still fits.
inline constexpr std::size_t chunk_overhead_max = 16 * 1024;
inline constexpr std::chrono::seconds handshake_time{
    10};  // for the whole TLS handshake, on a slow network
inline constexpr std::chrono::seconds request_time{10};  // to receive a whole request
inline constexpr std::chrono::seconds response_time{
    60};  // to send the whole page, on a slow network
inline constexpr std::chrono::seconds keep_alive_time{60};  // between requests
inline constexpr std::chrono::seconds hello_time{5};
// A silent connection is pinged after half of this, and closed after all of it.
inline constexpr std::chrono::seconds silence_max{30};
inline constexpr std::chrono::seconds close_time{2};  // for a client to answer a Close frame
// A lingering close reads and discards up to this much: TCP resets a connection that is closed with
// unread bytes, and the Close frame would be lost.
inline constexpr std::size_t lingering_close_bytes_max = 4 * 1024 * 1024;
inline constexpr std::chrono::seconds ticket_time{15};
// Cookies of our name that are checked; each costs an HMAC. Another program on the same host can
// add some for a few paths and parent domains; a browser sends ours among the last (RFC 6265 §5.4:
// longer paths first).
inline constexpr std::size_t cookies_tried_max = 16;
// Bytes of one token: our JWTs have about 170. A longer cookie is not checked.
inline constexpr std::size_t token_bytes_max = 512;
// Two tabs share one cookie jar: for this long the later one must retry.
inline constexpr std::chrono::seconds spent_token_grace{10};
// Requests before the last one whose duplicates may still arrive: one for each tab of a browser.
inline constexpr std::size_t late_duplicates_max = 12;
// A client that loses its connection (in a lift, say) keeps its place in the room for this long.
inline constexpr std::chrono::seconds dropped_connection_grace{20};
inline constexpr std::chrono::seconds drain_time{3};  // for open connections when stopping

// Devices of one person. One more ends the session that was idle for longest.
inline constexpr std::size_t sessions_per_person_max = 32;
inline constexpr std::size_t sessions_max = 100'000;  // about 100 MB; beyond: busy
// Sessions that signed themselves out, whose last reply is kept for a retry. Beyond a bound the
// oldest is removed, and its retry is refused as signed_out.
inline constexpr std::size_t closed_sessions_per_person_max = 32;
inline constexpr std::size_t closed_sessions_max = 10'000;  // about 6 MB without their replies
inline constexpr std::size_t closed_sessions_bytes_max = 4 * 1024 * 1024;  // of their replies
// People who changed their password or deleted their account within 10 minutes: about 7 MB.
// Hashing alone takes longer than that for so many. Beyond, sign-ins of others are refused as busy.
inline constexpr std::size_t password_changes_max = 100'000;
// People who have a socket, or spent more work than they have earned again: about 12 MB. Beyond,
// others get no socket.
inline constexpr std::size_t budgets_max = 100'000;
// Networks and accounts whose sign-ins are counted, and rates per network: about 3 and 1 MB.
inline constexpr std::size_t failure_keys_max = 20'000;
inline constexpr std::size_t throttle_keys_max = 10'000;
// Networks and accounts with attempts that run right now: twice the store's queue.
// Beyond, attempts of others are refused as busy.
inline constexpr std::size_t open_attempts_max = 8'192;
inline constexpr std::size_t invites_max = 1'000;  // that still work
inline constexpr std::int64_t invite_uses_max = 10'000;
inline constexpr std::chrono::seconds invite_time_min{60};
inline constexpr std::chrono::seconds invite_time_max{std::chrono::days{365}};
inline constexpr std::chrono::seconds invite_time_usual{std::chrono::days{7}};
inline constexpr std::size_t invite_note_characters_max = 60;
// How long an administrator still sees an invite that expired or was used up.
inline constexpr std::chrono::seconds invite_remembered_time{std::chrono::days{7}};
// Messages of a removed account erased in one transaction: some milliseconds of the writer.
inline constexpr std::size_t erase_batch_max = 100;
// Deleted accounts read from the store in one call, to erase their drawings.
inline constexpr std::size_t accounts_erased_at_once = 64;

inline constexpr std::size_t name_characters_min = 2;
inline constexpr std::size_t name_characters_max = 24;
inline constexpr std::size_t password_bytes_min = 8;
inline constexpr std::size_t password_bytes_max = 128;  // a longer one would only cost time

// Waiting jobs; beyond, requests are refused as "busy". The database's writer and each of its
// readers have a queue of their own.
inline constexpr std::size_t store_queue_max = 4096;
inline constexpr std::size_t hash_queue_max = 32;
// Drawings and captions of the waiting writes, and of the batch that is being written: 4,700
// typical drawings, 256 at their largest.
inline constexpr std::size_t store_queue_bytes_max = 16 * 1024 * 1024;

// Lines that a terminal or pipe has not accepted yet: an hour of a small server. Beyond, they are
// dropped and counted.
inline constexpr std::size_t output_lines_max = 4096;
inline constexpr std::size_t output_bytes_max = 512 * 1024;
inline constexpr std::size_t log_line_bytes_max = 4096;  // longer lines are truncated
// Lines of one kind in 10 s; more are only counted. Strangers can cause some kinds.
inline constexpr std::size_t log_lines_max = 100;
// How long stopping waits for a blocked output: with drain_time well below the promised 5 s.
inline constexpr std::chrono::milliseconds output_close_time{500};

// CPU time of one person, over all their connections, as a share of one core. Beyond, their frames
// wait. One second's worth may be spent at once: 150 pages, or every room in 20 tabs.
inline constexpr std::uint32_t cpu_percent_per_person = 10;

// Charged by fixed weights, so that it is the same on every machine and in every test. Measured
// with g++ -O3 on a core that takes 7 µs for a small send(), for the most expensive input.
namespace work {
using ns = std::chrono::nanoseconds;
inline constexpr ns per_read{10'000};        // a wake-up and a recv() of up to 8 kB
inline constexpr ns per_ws_frame{50};        // of many in one read: pings, empty fragments
inline constexpr ns per_pong{10'000};        // building a frame, and a send()
inline constexpr ns per_binary_byte{20};     // parsed and checked; strokes without points: 16
inline constexpr ns per_json_byte{100};      // parsed; numbers: 90, strokes without points: 93
inline constexpr ns per_unparsed_byte{10};   // of a frame too big to be parsed
inline constexpr ns per_answer{10'000};      // building a frame, and a send()
inline constexpr ns per_binary_byte_out{2};  // read from the database, copied, sent
inline constexpr ns per_json_byte_out{35};   // of the binary form: 24 to 30, and sending
inline constexpr ns per_page{200'000};       // the reader's query; Join and History
inline constexpr ns per_write{100'000};      // its share of a transaction; Send and Delete
inline constexpr ns per_notice{50'000};      // Leave, Pen: a few shards, and the others in the room
}  // namespace work

}  // namespace colo::limits
