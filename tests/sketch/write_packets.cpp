// Runs the sketch's packet.h on a PC: prints packets in hex, and the clock's times of samples with a slow oscillator.
#include <stdio.h>
#include <stdlib.h>

#include "packet.h"

int main(int argc, char **argv) {
  const bool times = argc > 1 && argv[1][0] == 't';
  if (!times) {
    Sample samples[3] = {{{0, 0, 2048}, {0, 0, 0}}, {{-32768, 32767, 1}, {1, -1, 16384}}, {{-3, 3, 5}, {7, -7, 0}}};
    uint8_t packet[HEAD_BYTES + MOST_SAMPLES * SAMPLE_BYTES];
    Ranges ranges;
    const size_t length = write_packet(packet, 4294967295u, 1000000u, samples, 3, ranges);
    for (size_t i = 0; i < length; i++) printf("%02x", packet[i]);
    printf("\n");
    return 0;
  }
  // True period 2 % above nominal; the memory is read every 8 to 14 ms.
  const double true_us = 4807.692 * 1.02;
  SampleClock clock;
  clock.begin(0, 208);
  uint32_t read_so_far = 0;
  double now = 0;
  srand(1);
  while (read_so_far < 12000) {
    now += 8000 + rand() % 6000;
    const uint32_t made = static_cast<uint32_t>(now / true_us);
    const uint8_t n = static_cast<uint8_t>(made - read_so_far);
    if (n == 0) continue;
    const uint32_t first = clock.first_of(n, static_cast<uint32_t>(now));
    printf("%u %u %.1f\n", read_so_far, first, (read_so_far + 1) * true_us);
    read_so_far = made;
  }
}
