// Stand-in for a syntax check on a PC: only the names the sketch uses. It does nothing.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
enum { LOW, HIGH, OUTPUT, AR_DEFAULT, LED_RED = 11, PIN_VBAT = 32 };
void pinMode(int, int);
void digitalWrite(int, int);
int digitalRead(int);
int analogRead(int);
void analogReference(int);
void analogReadResolution(int);
void delay(uint32_t);
uint32_t millis();
uint32_t sd_clock_hfclk_request();
struct NRF_TIMER_Type {
  volatile uint32_t MODE, BITMODE, PRESCALER, TASKS_CLEAR, TASKS_START, TASKS_CAPTURE[6], CC[6];
};
extern NRF_TIMER_Type *NRF_TIMER2;
enum { TIMER_MODE_MODE_Timer, TIMER_BITMODE_BITMODE_32Bit = 3 };
