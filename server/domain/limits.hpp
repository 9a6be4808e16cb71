// What a peer may ask for at most: each bound with its unit and its reason.
//
// Bounds that whoever runs the server may move stand in app/config.hpp; these
// are part of the wire contract or keep memory in check.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "domain/rate.hpp"

namespace colo::limits {

// A drawing at its largest (20,000 points of about 2.4 bytes) fits; little else should.
inline constexpr std::size_t frame_bytes_max = 64 * 1024;
// Read, so that a drawing somewhat too big is refused in words; beyond, the socket is closed.
// Such a frame is not parsed: only its room and client_id are looked for.
inline constexpr std::size_t frame_read_max = 256 * 1024;
// Of a first frame: a ticket of 32 characters and a client's name. Nobody is signed in yet.
inline constexpr std::size_t hello_bytes_max = 2 * 1024;
// WebSocket frames (fragments and pings, too) that may come before somebody is signed in.
inline constexpr std::size_t hello_frames_max = 16;
inline constexpr std::size_t points_max = 20'000;  // minutes of steady drawing at 120 Hz
inline constexpr std::size_t strokes_max = 2'000;  // each costs a phone a path to paint
// Canvas units of all lines together, counted along x and y: a thousand times across. A
// phone paints a line step by step; few points far apart must not hold it up for seconds.
inline constexpr std::int64_t ink_length_max = 2'000'000;
inline constexpr std::uint32_t width_max = 256;  // canvas units: an eighth of the canvas
inline constexpr std::uint32_t drawing_ms_max = 86'400'000;  // a drawing may take a day
inline constexpr std::size_t caption_characters_max = 280;   // code points: a caption, not a letter
inline constexpr std::size_t page_messages_max = 50;         // about 175 kB of typical drawings

// A client that lags this far behind is closed: some 300 typical drawings. What the kernel holds
// for it counts.
inline constexpr std::size_t send_queue_bytes_max = 1024 * 1024;
// A page ends before the message that would make it longer: as one frame it must fit into a send
// queue, with room for what is published meanwhile. One message always fits.
inline constexpr std::size_t page_bytes_max = send_queue_bytes_max / 4;
// The same for colo.v1.json: converting it keeps a shard busy for 2 ms, not for 8.
inline constexpr std::size_t json_page_bytes_max = page_bytes_max / 4;
// Asked of the kernel, which doubles them and counts its own overhead. Without a bound it lets
// each connection have several megabytes. 128 kB under way carry 0.4 MB/s over 300 ms.
inline constexpr int send_buffer_bytes = 128 * 1024;
inline constexpr int receive_buffer_bytes = 64 * 1024;  // a drawing at its largest
// A phone that something waits for and that takes nothing for so long is closed. A tunnel is
// shorter; a phone that reads nothing but answers pings would hold its memory for ever.
inline constexpr std::chrono::seconds stalled_time{20};
inline constexpr std::size_t rooms_per_socket_max = 8;
// Tabs of one browser; each may fill its send queue.
inline constexpr std::size_t sockets_per_session_max = 32;
// Of all devices of one person: 160 MB, if none of them reads.
inline constexpr std::size_t sockets_per_person_max = 128;
// Tickets that were not used yet; each further one makes the oldest worthless.
inline constexpr std::size_t tickets_per_session_max = 64;
// Above this, arrivals and pens are not told one by one: they would cost N².
inline constexpr std::size_t presence_people_max = 64;
// A phone that missed more than this reads its page anew: the list would be longer than the page.
inline constexpr std::size_t deletions_told_max = 1'000;
// How long a deleted drawing's client_id stays known at least: a phone that got no answer
// sends it again, perhaps only the next day, and it must not come back.
inline constexpr std::chrono::seconds deleted_known_time{std::chrono::hours{24}};
// A pen that stays down is told again this often, and one that went up goes down
// no sooner: the phones of a whole room hear of it.
inline constexpr std::chrono::seconds pen_again_time{10};
inline constexpr std::chrono::seconds pen_rest_time{1};
// How often a person's coming and going is told one by one in a room. Beyond, only how it
// ends is told, later: each notice goes to every phone in the room.
inline constexpr Rate presence_notices{5, std::chrono::seconds{30}};
// What a temporary room keeps of its past, for those who come later.
inline constexpr std::size_t temporary_room_bytes_max = 16 * 1024 * 1024;

inline constexpr std::size_t body_bytes_max = 16 * 1024;   // the largest call is two short strings
inline constexpr std::size_t header_bytes_max = 8 * 1024;  // of a request, without its cookies
// A browser sends the cookies of every program on the same host, whatever its port: 64 KiB
// of header in all.
inline constexpr std::size_t cookie_bytes_max = 56 * 1024;
inline constexpr std::size_t header_fields_max = 100;  // browsers send 20, proxies add 10
inline constexpr std::size_t empty_lines_max = 4;      // before a request: one is usual
// Bytes of a chunked body that are not its data: sizes, extensions, trailers. A body in
// chunks of 5 bytes still fits.
inline constexpr std::size_t chunk_overhead_max = 16 * 1024;
inline constexpr std::chrono::seconds handshake_time{10};   // for all of TLS's, on a bad line
inline constexpr std::chrono::seconds request_time{10};     // for a whole request to arrive
inline constexpr std::chrono::seconds response_time{60};    // for the whole page, on a bad line
inline constexpr std::chrono::seconds keep_alive_time{60};  // between requests
inline constexpr std::chrono::seconds hello_time{5};
// A socket that nothing is heard from is pinged after half of this and then given up.
inline constexpr std::chrono::seconds silence_max{30};
inline constexpr std::chrono::seconds close_time{2};  // for a phone to answer a close
// What a phone may still be sending when it is told goodbye is thrown away, up to this: a
// connection closed with something unread is reset, and the goodbye lost.
inline constexpr std::size_t goodbye_bytes_max = 4 * 1024 * 1024;
inline constexpr std::chrono::seconds ticket_time{15};
// Cookies of our name that are tried, each for the price of an HMAC. Another program on the same
// host can add some for a few paths and parent domains; ours is among the last a browser sends
// (RFC 6265 §5.4: longer paths first).
inline constexpr std::size_t cookies_tried_max = 16;
// Bytes of one token: a JWT of ours has about 170. A longer cookie is not tried.
inline constexpr std::size_t token_bytes_max = 512;
// Two tabs share one cookie jar: for this long a late one is told to try again.
inline constexpr std::chrono::seconds spent_token_grace{10};
// Requests whose twins may still be on their way when others have run: a browser's tabs.
inline constexpr std::size_t late_twins_max = 12;
// A phone in a lift keeps its place this long.
inline constexpr std::chrono::seconds dropped_connection_grace{20};
inline constexpr std::chrono::seconds drain_time{3};  // for open writes when stopping

inline constexpr std::size_t sessions_per_person_max = 32;  // devices; one more ends the idlest
inline constexpr std::size_t sessions_max = 100'000;        // about 100 MB of them
inline constexpr std::size_t invites_max = 1'000;           // that still work
inline constexpr std::int64_t invite_uses_max = 10'000;
inline constexpr std::chrono::seconds invite_time_min{60};
inline constexpr std::chrono::seconds invite_time_max{std::chrono::days{365}};
inline constexpr std::chrono::seconds invite_time_usual{std::chrono::days{7}};
inline constexpr std::size_t invite_note_characters_max = 60;
// How long an administrator can still look up an invite that is late or used up.
inline constexpr std::chrono::seconds invite_remembered_time{std::chrono::days{7}};
// Messages erased at once for somebody who left: some milliseconds of the writer's time.
inline constexpr std::size_t erase_bite_max = 100;

inline constexpr std::size_t name_characters_min = 2;
inline constexpr std::size_t name_characters_max = 24;
inline constexpr std::size_t password_bytes_min = 8;
inline constexpr std::size_t password_bytes_max = 128;  // hashing more only costs us time

// Waiting writes and password hashes, counted in jobs: beyond, callers are told "busy".
inline constexpr std::size_t store_queue_max = 4096;
inline constexpr std::size_t hash_queue_max = 32;

// Lines that a terminal or pipe has not taken yet: an hour of a small server. Beyond, they are
// lost and counted.
inline constexpr std::size_t output_lines_max = 4096;
inline constexpr std::size_t output_bytes_max = 512 * 1024;
inline constexpr std::size_t log_line_bytes_max = 4096;  // what is longer is cut off
// Lines of one kind in 10 s; more are counted. Strangers cause some of them.
inline constexpr std::size_t log_lines_max = 100;
// What stopping waits for a blocked output: with drain_time well below the promised 5 s.
inline constexpr std::chrono::milliseconds output_close_time{500};

// What one person may cost: a share of one core's time, over all their sockets. Beyond, their
// frames wait. A second's worth may be spent at once: 150 pages, or every room in 20 tabs.
inline constexpr std::uint32_t cpu_percent_per_person = 10;

// What is charged, by fixed weights, so that it is the same on every machine and in every test.
// Measured with g++ -O3 on a core that takes 7 µs for a small send(); the dearest input counts.
namespace work {
using ns = std::chrono::nanoseconds;
inline constexpr ns per_read{10'000};        // being woken and a recv() of up to 8 kB
inline constexpr ns per_ws_frame{50};        // of many in one read: pings, empty fragments
inline constexpr ns per_pong{10'000};        // a frame made, and a send()
inline constexpr ns per_binary_byte{20};     // parsed and checked; strokes without points: 16
inline constexpr ns per_json_byte{100};      // parsed; numbers: 90, strokes without points: 93
inline constexpr ns per_unparsed_byte{10};   // of a frame that is too big to be parsed
inline constexpr ns per_answer{10'000};      // a frame made, and a send()
inline constexpr ns per_binary_byte_out{2};  // read from the database, copied, sent
inline constexpr ns per_json_byte_out{35};   // of the binary form: 24 to 30, and sending
inline constexpr ns per_page{200'000};       // the reader's query; Join and History
inline constexpr ns per_write{100'000};      // its part of a transaction; Send and Delete
inline constexpr ns per_notice{50'000};      // Leave, Pen: a few shards, and others who hear of it
}  // namespace work

}  // namespace colo::limits
